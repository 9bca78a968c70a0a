"""PyMySQL against Ebb: writes a value of every type, reads it back and compares. Arguments: port, 'tls' or 'plain'."""
import datetime as dt
import decimal
import ssl
import sys

import pymysql

port, mode = int(sys.argv[1]), sys.argv[2]
options = {}
if mode == "tls":
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    options["ssl"] = context
connection = pymysql.connect(
    host="127.0.0.1", port=port, user="sha", password="secret", database="clients", charset="utf8mb4", autocommit=True, **options
)
cursor = connection.cursor()
cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_version'")
encrypted = cursor.fetchone()[1] != ""
assert encrypted == (mode == "tls"), "encryption"

D = decimal.Decimal
CASES = [
    ("TINYINT", [-128, 127]),
    ("SMALLINT UNSIGNED", [65535]),
    ("MEDIUMINT", [-8388608]),
    ("INT", [-2147483648, 2147483647]),
    ("BIGINT", [-9223372036854775808, 9223372036854775807]),
    ("BIGINT UNSIGNED", [18446744073709551615]),
    ("FLOAT", [1.5]),
    ("DOUBLE", [3.141592653589793, 1e-300]),
    ("DECIMAL(65,30)", [D("12345678901234567890123456789012345.123456789012345678901234567890")]),
    ("YEAR", [2155]),
    ("BIT(64)", [b"\x80\x00\x00\x00\x00\x00\x00\x01"]),
    ("DATE", [dt.date(2024, 2, 29)]),
    ("DATETIME(6)", [dt.datetime(2024, 2, 29, 23, 59, 59, 123456)]),
    ("TIMESTAMP(3) NULL", [dt.datetime(2024, 7, 1, 12, 34, 56, 789000)]),
    ("TIME(6)", [dt.timedelta(hours=12, minutes=34, seconds=56, microseconds=654321), -dt.timedelta(hours=838)]),
    ("CHAR(10)", ["ünïcödé"]),
    ("VARCHAR(100)", ["", "quote's \"and\" \\ back", "naïve 日本 😀", "tab \t line \n nul \0"]),
    ("LONGTEXT", ["π" * 40000]),
    ("VARBINARY(300)", [bytes(range(256))]),
    ("LONGBLOB", [b"", b"\xe9" * 200000]),
    ("ENUM('a','bcd')", ["bcd"]),
    ("SET('x','y','z')", ["x,z"]),
    ("JSON", ['{"a": [1, 2.5, "x", null, true]}']),
]
checked = 0
for number, (kind, values) in enumerate(CASES):
    table = "py_%s_%d" % (mode, number)
    cursor.execute("CREATE TABLE %s (id INT PRIMARY KEY, value %s)" % (table, kind))
    cursor.executemany("INSERT INTO " + table + " VALUES (%s, %s)", list(enumerate(values)))
    cursor.execute("INSERT INTO " + table + " VALUES (%s, %s)", (len(values), None))
    cursor.execute("SELECT value FROM " + table + " ORDER BY id")
    read = [row[0] for row in cursor.fetchall()]
    if read != values + [None]:
        raise SystemExit("%s: wrote %.200r, read %.200r" % (kind, values, read))
    checked += len(values)

try:
    cursor.execute("SELECT nope")
    raise SystemExit("no error for an unknown column")
except pymysql.err.OperationalError as error:
    assert error.args[0] == 1054, error
stream = connection.cursor(pymysql.cursors.SSCursor)
stream.execute("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i FROM n")
assert sum(row[0] for row in stream) == 900 * 901 // 2
stream.close()
connection.begin()
cursor.execute("DELETE FROM py_%s_0" % mode)
connection.rollback()
cursor.execute("SELECT COUNT(*) FROM py_%s_0" % mode)
assert cursor.fetchone() == (3,)
connection.close()
print("ok %d" % checked)
