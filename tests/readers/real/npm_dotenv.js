// Reads the files 0, 1, … of a folder through npm's dotenv and prints what KEY became, a line each.
const fs = require('fs')
const path = require('path')

const [package_, folder, count, key] = process.argv.slice(2)
const dotenv = require(package_)
const lines = []
for (let i = 0; i < Number(count); i++) {
  const text = fs.readFileSync(path.join(folder, String(i)), { encoding: 'utf8' })
  const value = dotenv.parse(text)[key]
  lines.push(value === undefined ? '-' : '=' + Buffer.from(value).toString('hex'))
}
process.stdout.write(lines.join('\n') + '\n')
