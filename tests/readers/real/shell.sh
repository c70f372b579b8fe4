# Reads the files 0, 1, … of a folder with `set -a; . file` and prints what K4 became, each
# ended by a NUL. Runs with an empty PATH: nothing outside the shell can be started.
folder=$1 count=$2
cd "$folder" || exit 1
unset folder
i=0
while [ "$i" -lt "$count" ]; do
  (
    f=./$i
    unset i count
    set -a
    . "$f" >/dev/null 2>&1 </dev/null || exit 1
    if [ "${K4+set}" ]; then printf '=%s\0' "$K4"; else printf '%s\0' -; fi
  ) 2>/dev/null || printf '!\0'
  i=$((i + 1))
done
