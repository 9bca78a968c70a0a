<?php
/* PHP's mysqli against Ebb: prepared statements with every type. Arguments: port, 'tls' or 'plain'. */
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
[, $port, $mode] = $argv;
$db = mysqli_init();
$db->options(MYSQLI_OPT_INT_AND_FLOAT_NATIVE, 1);
$flags = 0;
if ($mode === 'tls') {
    $db->ssl_set(null, null, null, null, null);
    $flags = MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT;
}
$db->real_connect('127.0.0.1', 'sha', 'secret', 'clients', (int) $port, null, $flags);
$db->set_charset('utf8mb4');
$encrypted = $db->query("SHOW SESSION STATUS LIKE 'Ssl_version'")->fetch_row()[1] !== '';
if ($encrypted !== ($mode === 'tls')) exit("encryption\n");

$bytes = implode('', array_map('chr', range(0, 255)));
$cases = [
    ['TINYINT', 'i', [-128, 127]],
    ['SMALLINT UNSIGNED', 'i', [65535]],
    ['MEDIUMINT', 'i', [-8388608]],
    ['INT', 'i', [-2147483648, 2147483647]],
    ['BIGINT', 'i', [PHP_INT_MIN, PHP_INT_MAX]],
    ['BIGINT UNSIGNED', 's', ['18446744073709551615']],
    ['FLOAT', 'd', [1.5]],
    ['DOUBLE', 'd', [3.141592653589793, -1.5e-300]],
    ['DECIMAL(65,30)', 's', ['12345678901234567890123456789012345.123456789012345678901234567890']],
    ['YEAR', 's', ['2155']],
    ['BIT(63)', 'i', [4611686018427387905]],
    ['DATE', 's', ['2024-02-29']],
    ['DATETIME(6)', 's', ['2024-02-29 23:59:59.123456']],
    ['TIMESTAMP(3) NULL', 's', ['2024-07-01 12:34:56.789']],
    ['TIME(6)', 's', ['12:34:56.654321', '-838:59:59.000000']],
    ['CHAR(10)', 's', ['ünïcödé']],
    ['VARCHAR(100)', 's', ['', "quote's \"and\" \\ back", 'naïve 日本 😀', "tab \t line \n nul \0"]],
    ['LONGTEXT', 's', [str_repeat('π', 40000)]],
    ['VARBINARY(300)', 's', [$bytes]],
    ['LONGBLOB', 's', ['', str_repeat("\xe9", 200000)]],
    ["ENUM('a','bcd')", 's', ['bcd']],
    ["SET('x','y','z')", 's', ['x,z']],
    ['JSON', 's', ['{"a": [1, 2.5, "x", null, true]}']],
];
$checked = 0;
foreach ($cases as $number => [$type, $bind, $values]) {
    $table = "php_{$mode}_$number";
    $db->query("CREATE TABLE $table (id INT PRIMARY KEY, value $type)");
    $insert = $db->prepare("INSERT INTO $table VALUES (?, ?)");
    $values[] = null;
    foreach ($values as $id => $value) {
        $insert->bind_param("i$bind", $id, $value);
        $insert->execute();
    }
    $insert->close();
    $select = $db->prepare("SELECT value FROM $table WHERE id >= ? ORDER BY id");
    $zero = 0;
    $select->bind_param('i', $zero);
    $select->execute();
    $read = array_column($select->get_result()->fetch_all(), 0);
    if ($read !== $values) exit("$type: wrote " . substr(json_encode($values), 0, 200) . ' read ' . substr(json_encode($read), 0, 200) . "\n");
    $select->close();
    $text = array_map(fn ($row) => $row[0] === null ? null : (string) $row[0], $db->query("SELECT value FROM $table ORDER BY id")->fetch_all());
    $expected = array_map(fn ($value) => $value === null ? null : (string) $value, $values);
    if ($text !== $expected) exit("$type as text: wrote " . substr(json_encode($expected), 0, 200) . ' read ' . substr(json_encode($text), 0, 200) . "\n");
    $checked += count($values) - 1;
}

/* Long data in pieces, and a server cursor. */
$db->query("CREATE TABLE php_{$mode}_long (id INT PRIMARY KEY, value LONGBLOB)");
$insert = $db->prepare("INSERT INTO php_{$mode}_long VALUES (1, ?)");
$null = null;
$insert->bind_param('b', $null);
for ($i = 0; $i < 10; $i++) $insert->send_long_data(0, str_repeat(chr($i), 10000));
$insert->execute();
if ($db->query("SELECT LENGTH(value), HEX(SUBSTR(value, 90001, 1)) FROM php_{$mode}_long")->fetch_row() !== [100000, '09']) exit("long data\n");

$cursor = $db->prepare('WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n');
$cursor->attr_set(MYSQLI_STMT_ATTR_CURSOR_TYPE, MYSQLI_CURSOR_TYPE_READ_ONLY);
$cursor->execute();
$cursor->bind_result($i);
$sum = 0;
while ($cursor->fetch()) $sum += $i;
if ($sum !== 500 * 501 / 2) exit("cursor: $sum\n");
$cursor->close();

if (!$db->multi_query('SELECT 1; SELECT 2')) exit("multi\n");
$first = $db->store_result()->fetch_row();
$db->next_result();
if ([$first, $db->store_result()->fetch_row()] !== [['1'], ['2']] && [$first[0], 2] != [1, 2]) exit("multi results\n");
/* What OK says in words: PHP reads it with a length before it. */
$long = implode(', ', array_map(fn ($id) => "($id, '')", range(100, 399)));
$db->query("INSERT INTO php_{$mode}_long VALUES $long");
if ($db->info !== 'Records: 300  Duplicates: 0  Warnings: 0') exit("info: {$db->info}\n");
try {
    $db->query('SELECT nope');
    exit("no error for an unknown column\n");
} catch (mysqli_sql_exception $error) {
    if ($error->getCode() !== 1054 || $error->getSqlState() !== '42S22') exit("error code {$error->getCode()}\n");
}
$db->close();
echo "ok $checked\n";
