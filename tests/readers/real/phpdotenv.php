<?php
// Reads the files 0, 1, … of a folder through phpdotenv and prints what KEY became, a line each.
require '/usr/share/php/Dotenv/autoload.php';

[, $folder, $count, $key] = $argv;
for ($i = 0; $i < (int) $count; $i++) {
    try {
        $values = Dotenv\Dotenv::createArrayBacked($folder, (string) $i)->load();
    } catch (Dotenv\Exception\InvalidFileException $refused) {
        echo "!\n";
        continue;
    }
    echo isset($values[$key]) ? '=' . bin2hex($values[$key]) : '-', "\n";
}
