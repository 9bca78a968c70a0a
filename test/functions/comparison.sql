NULL = NULL
NULL = 0
NULL = 1
NULL = 1.0
NULL = 1e0
NULL = '1'
NULL = 'a'
NULL = 'A'
NULL = ''
NULL = date'2020-01-01'
NULL = '2020-01-01'
NULL = timestamp'2020-01-01 00:00:00'
NULL = 20200101
NULL = time'10:00:00'
NULL = '10:00:00'
NULL = cast('1' as json)
NULL = cast('"a"' as json)
NULL = 18446744073709551615
NULL = x'61'
0 = NULL
0 = 0
0 = 1
0 = 1.0
0 = 1e0
0 = '1'
0 = 'a'
0 = 'A'
0 = ''
0 = date'2020-01-01'
0 = '2020-01-01'
0 = timestamp'2020-01-01 00:00:00'
0 = 20200101
0 = time'10:00:00'
0 = '10:00:00'
0 = cast('1' as json)
0 = cast('"a"' as json)
0 = 18446744073709551615
0 = x'61'
1 = NULL
1 = 0
1 = 1
1 = 1.0
1 = 1e0
1 = '1'
1 = 'a'
1 = 'A'
1 = ''
1 = date'2020-01-01'
1 = '2020-01-01'
1 = timestamp'2020-01-01 00:00:00'
1 = 20200101
1 = time'10:00:00'
1 = '10:00:00'
1 = cast('1' as json)
1 = cast('"a"' as json)
1 = 18446744073709551615
1 = x'61'
1.0 = NULL
1.0 = 0
1.0 = 1
1.0 = 1.0
1.0 = 1e0
1.0 = '1'
1.0 = 'a'
1.0 = 'A'
1.0 = ''
1.0 = date'2020-01-01'
1.0 = '2020-01-01'
1.0 = timestamp'2020-01-01 00:00:00'
1.0 = 20200101
1.0 = time'10:00:00'
1.0 = '10:00:00'
1.0 = cast('1' as json)
1.0 = cast('"a"' as json)
1.0 = 18446744073709551615
1.0 = x'61'
1e0 = NULL
1e0 = 0
1e0 = 1
1e0 = 1.0
1e0 = 1e0
1e0 = '1'
1e0 = 'a'
1e0 = 'A'
1e0 = ''
1e0 = date'2020-01-01'
1e0 = '2020-01-01'
1e0 = timestamp'2020-01-01 00:00:00'
1e0 = 20200101
1e0 = time'10:00:00'
1e0 = '10:00:00'
1e0 = cast('1' as json)
1e0 = cast('"a"' as json)
1e0 = 18446744073709551615
1e0 = x'61'
'1' = NULL
'1' = 0
'1' = 1
'1' = 1.0
'1' = 1e0
'1' = '1'
'1' = 'a'
'1' = 'A'
'1' = ''
'1' = date'2020-01-01'
'1' = '2020-01-01'
'1' = timestamp'2020-01-01 00:00:00'
'1' = 20200101
'1' = time'10:00:00'
'1' = '10:00:00'
'1' = cast('1' as json)
'1' = cast('"a"' as json)
'1' = 18446744073709551615
'1' = x'61'
'a' = NULL
'a' = 0
'a' = 1
'a' = 1.0
'a' = 1e0
'a' = '1'
'a' = 'a'
'a' = 'A'
'a' = ''
'a' = date'2020-01-01'
'a' = '2020-01-01'
'a' = timestamp'2020-01-01 00:00:00'
'a' = 20200101
'a' = time'10:00:00'
'a' = '10:00:00'
'a' = cast('1' as json)
'a' = cast('"a"' as json)
'a' = 18446744073709551615
'a' = x'61'
'A' = NULL
'A' = 0
'A' = 1
'A' = 1.0
'A' = 1e0
'A' = '1'
'A' = 'a'
'A' = 'A'
'A' = ''
'A' = date'2020-01-01'
'A' = '2020-01-01'
'A' = timestamp'2020-01-01 00:00:00'
'A' = 20200101
'A' = time'10:00:00'
'A' = '10:00:00'
'A' = cast('1' as json)
'A' = cast('"a"' as json)
'A' = 18446744073709551615
'A' = x'61'
'' = NULL
'' = 0
'' = 1
'' = 1.0
'' = 1e0
'' = '1'
'' = 'a'
'' = 'A'
'' = ''
'' = date'2020-01-01'
'' = '2020-01-01'
'' = timestamp'2020-01-01 00:00:00'
'' = 20200101
'' = time'10:00:00'
'' = '10:00:00'
'' = cast('1' as json)
'' = cast('"a"' as json)
'' = 18446744073709551615
'' = x'61'
date'2020-01-01' = NULL
date'2020-01-01' = 0
date'2020-01-01' = 1
date'2020-01-01' = 1.0
date'2020-01-01' = 1e0
date'2020-01-01' = '1'
date'2020-01-01' = 'a'
date'2020-01-01' = 'A'
date'2020-01-01' = ''
date'2020-01-01' = date'2020-01-01'
date'2020-01-01' = '2020-01-01'
date'2020-01-01' = timestamp'2020-01-01 00:00:00'
date'2020-01-01' = 20200101
date'2020-01-01' = time'10:00:00'
date'2020-01-01' = '10:00:00'
date'2020-01-01' = cast('1' as json)
date'2020-01-01' = cast('"a"' as json)
date'2020-01-01' = 18446744073709551615
date'2020-01-01' = x'61'
'2020-01-01' = NULL
'2020-01-01' = 0
'2020-01-01' = 1
'2020-01-01' = 1.0
'2020-01-01' = 1e0
'2020-01-01' = '1'
'2020-01-01' = 'a'
'2020-01-01' = 'A'
'2020-01-01' = ''
'2020-01-01' = date'2020-01-01'
'2020-01-01' = '2020-01-01'
'2020-01-01' = timestamp'2020-01-01 00:00:00'
'2020-01-01' = 20200101
'2020-01-01' = time'10:00:00'
'2020-01-01' = '10:00:00'
'2020-01-01' = cast('1' as json)
'2020-01-01' = cast('"a"' as json)
'2020-01-01' = 18446744073709551615
'2020-01-01' = x'61'
timestamp'2020-01-01 00:00:00' = NULL
timestamp'2020-01-01 00:00:00' = 0
timestamp'2020-01-01 00:00:00' = 1
timestamp'2020-01-01 00:00:00' = 1.0
timestamp'2020-01-01 00:00:00' = 1e0
timestamp'2020-01-01 00:00:00' = '1'
timestamp'2020-01-01 00:00:00' = 'a'
timestamp'2020-01-01 00:00:00' = 'A'
timestamp'2020-01-01 00:00:00' = ''
timestamp'2020-01-01 00:00:00' = date'2020-01-01'
timestamp'2020-01-01 00:00:00' = '2020-01-01'
timestamp'2020-01-01 00:00:00' = timestamp'2020-01-01 00:00:00'
timestamp'2020-01-01 00:00:00' = 20200101
timestamp'2020-01-01 00:00:00' = time'10:00:00'
timestamp'2020-01-01 00:00:00' = '10:00:00'
timestamp'2020-01-01 00:00:00' = cast('1' as json)
timestamp'2020-01-01 00:00:00' = cast('"a"' as json)
timestamp'2020-01-01 00:00:00' = 18446744073709551615
timestamp'2020-01-01 00:00:00' = x'61'
20200101 = NULL
20200101 = 0
20200101 = 1
20200101 = 1.0
20200101 = 1e0
20200101 = '1'
20200101 = 'a'
20200101 = 'A'
20200101 = ''
20200101 = date'2020-01-01'
20200101 = '2020-01-01'
20200101 = timestamp'2020-01-01 00:00:00'
20200101 = 20200101
20200101 = time'10:00:00'
20200101 = '10:00:00'
20200101 = cast('1' as json)
20200101 = cast('"a"' as json)
20200101 = 18446744073709551615
20200101 = x'61'
time'10:00:00' = NULL
time'10:00:00' = 0
time'10:00:00' = 1
time'10:00:00' = 1.0
time'10:00:00' = 1e0
time'10:00:00' = '1'
time'10:00:00' = 'a'
time'10:00:00' = 'A'
time'10:00:00' = ''
time'10:00:00' = date'2020-01-01'
time'10:00:00' = '2020-01-01'
time'10:00:00' = timestamp'2020-01-01 00:00:00'
time'10:00:00' = 20200101
time'10:00:00' = time'10:00:00'
time'10:00:00' = '10:00:00'
time'10:00:00' = cast('1' as json)
time'10:00:00' = cast('"a"' as json)
time'10:00:00' = 18446744073709551615
time'10:00:00' = x'61'
'10:00:00' = NULL
'10:00:00' = 0
'10:00:00' = 1
'10:00:00' = 1.0
'10:00:00' = 1e0
'10:00:00' = '1'
'10:00:00' = 'a'
'10:00:00' = 'A'
'10:00:00' = ''
'10:00:00' = date'2020-01-01'
'10:00:00' = '2020-01-01'
'10:00:00' = timestamp'2020-01-01 00:00:00'
'10:00:00' = 20200101
'10:00:00' = time'10:00:00'
'10:00:00' = '10:00:00'
'10:00:00' = cast('1' as json)
'10:00:00' = cast('"a"' as json)
'10:00:00' = 18446744073709551615
'10:00:00' = x'61'
cast('1' as json) = NULL
cast('1' as json) = 0
cast('1' as json) = 1
cast('1' as json) = 1.0
cast('1' as json) = 1e0
cast('1' as json) = '1'
cast('1' as json) = 'a'
cast('1' as json) = 'A'
cast('1' as json) = ''
cast('1' as json) = date'2020-01-01'
cast('1' as json) = '2020-01-01'
cast('1' as json) = timestamp'2020-01-01 00:00:00'
cast('1' as json) = 20200101
cast('1' as json) = time'10:00:00'
cast('1' as json) = '10:00:00'
cast('1' as json) = cast('1' as json)
cast('1' as json) = cast('"a"' as json)
cast('1' as json) = 18446744073709551615
cast('1' as json) = x'61'
cast('"a"' as json) = NULL
cast('"a"' as json) = 0
cast('"a"' as json) = 1
cast('"a"' as json) = 1.0
cast('"a"' as json) = 1e0
cast('"a"' as json) = '1'
cast('"a"' as json) = 'a'
cast('"a"' as json) = 'A'
cast('"a"' as json) = ''
cast('"a"' as json) = date'2020-01-01'
cast('"a"' as json) = '2020-01-01'
cast('"a"' as json) = timestamp'2020-01-01 00:00:00'
cast('"a"' as json) = 20200101
cast('"a"' as json) = time'10:00:00'
cast('"a"' as json) = '10:00:00'
cast('"a"' as json) = cast('1' as json)
cast('"a"' as json) = cast('"a"' as json)
cast('"a"' as json) = 18446744073709551615
cast('"a"' as json) = x'61'
18446744073709551615 = NULL
18446744073709551615 = 0
18446744073709551615 = 1
18446744073709551615 = 1.0
18446744073709551615 = 1e0
18446744073709551615 = '1'
18446744073709551615 = 'a'
18446744073709551615 = 'A'
18446744073709551615 = ''
18446744073709551615 = date'2020-01-01'
18446744073709551615 = '2020-01-01'
18446744073709551615 = timestamp'2020-01-01 00:00:00'
18446744073709551615 = 20200101
18446744073709551615 = time'10:00:00'
18446744073709551615 = '10:00:00'
18446744073709551615 = cast('1' as json)
18446744073709551615 = cast('"a"' as json)
18446744073709551615 = 18446744073709551615
18446744073709551615 = x'61'
x'61' = NULL
x'61' = 0
x'61' = 1
x'61' = 1.0
x'61' = 1e0
x'61' = '1'
x'61' = 'a'
x'61' = 'A'
x'61' = ''
x'61' = date'2020-01-01'
x'61' = '2020-01-01'
x'61' = timestamp'2020-01-01 00:00:00'
x'61' = 20200101
x'61' = time'10:00:00'
x'61' = '10:00:00'
x'61' = cast('1' as json)
x'61' = cast('"a"' as json)
x'61' = 18446744073709551615
x'61' = x'61'
NULL < NULL
NULL < 0
NULL < 1
NULL < 1.0
NULL < 1e0
NULL < '1'
NULL < 'a'
NULL < 'A'
NULL < ''
NULL < date'2020-01-01'
NULL < '2020-01-01'
NULL < timestamp'2020-01-01 00:00:00'
NULL < 20200101
NULL < time'10:00:00'
0 < NULL
0 < 0
0 < 1
0 < 1.0
0 < 1e0
0 < '1'
0 < 'a'
0 < 'A'
0 < ''
0 < date'2020-01-01'
0 < '2020-01-01'
0 < timestamp'2020-01-01 00:00:00'
0 < 20200101
0 < time'10:00:00'
1 < NULL
1 < 0
1 < 1
1 < 1.0
1 < 1e0
1 < '1'
1 < 'a'
1 < 'A'
1 < ''
1 < date'2020-01-01'
1 < '2020-01-01'
1 < timestamp'2020-01-01 00:00:00'
1 < 20200101
1 < time'10:00:00'
1.0 < NULL
1.0 < 0
1.0 < 1
1.0 < 1.0
1.0 < 1e0
1.0 < '1'
1.0 < 'a'
1.0 < 'A'
1.0 < ''
1.0 < date'2020-01-01'
1.0 < '2020-01-01'
1.0 < timestamp'2020-01-01 00:00:00'
1.0 < 20200101
1.0 < time'10:00:00'
1e0 < NULL
1e0 < 0
1e0 < 1
1e0 < 1.0
1e0 < 1e0
1e0 < '1'
1e0 < 'a'
1e0 < 'A'
1e0 < ''
1e0 < date'2020-01-01'
1e0 < '2020-01-01'
1e0 < timestamp'2020-01-01 00:00:00'
1e0 < 20200101
1e0 < time'10:00:00'
'1' < NULL
'1' < 0
'1' < 1
'1' < 1.0
'1' < 1e0
'1' < '1'
'1' < 'a'
'1' < 'A'
'1' < ''
'1' < date'2020-01-01'
'1' < '2020-01-01'
'1' < timestamp'2020-01-01 00:00:00'
'1' < 20200101
'1' < time'10:00:00'
'a' < NULL
'a' < 0
'a' < 1
'a' < 1.0
'a' < 1e0
'a' < '1'
'a' < 'a'
'a' < 'A'
'a' < ''
'a' < date'2020-01-01'
'a' < '2020-01-01'
'a' < timestamp'2020-01-01 00:00:00'
'a' < 20200101
'a' < time'10:00:00'
'A' < NULL
'A' < 0
'A' < 1
'A' < 1.0
'A' < 1e0
'A' < '1'
'A' < 'a'
'A' < 'A'
'A' < ''
'A' < date'2020-01-01'
'A' < '2020-01-01'
'A' < timestamp'2020-01-01 00:00:00'
'A' < 20200101
'A' < time'10:00:00'
'' < NULL
'' < 0
'' < 1
'' < 1.0
'' < 1e0
'' < '1'
'' < 'a'
'' < 'A'
'' < ''
'' < date'2020-01-01'
'' < '2020-01-01'
'' < timestamp'2020-01-01 00:00:00'
'' < 20200101
'' < time'10:00:00'
date'2020-01-01' < NULL
date'2020-01-01' < 0
date'2020-01-01' < 1
date'2020-01-01' < 1.0
date'2020-01-01' < 1e0
date'2020-01-01' < '1'
date'2020-01-01' < 'a'
date'2020-01-01' < 'A'
date'2020-01-01' < ''
date'2020-01-01' < date'2020-01-01'
date'2020-01-01' < '2020-01-01'
date'2020-01-01' < timestamp'2020-01-01 00:00:00'
date'2020-01-01' < 20200101
date'2020-01-01' < time'10:00:00'
'2020-01-01' < NULL
'2020-01-01' < 0
'2020-01-01' < 1
'2020-01-01' < 1.0
'2020-01-01' < 1e0
'2020-01-01' < '1'
'2020-01-01' < 'a'
'2020-01-01' < 'A'
'2020-01-01' < ''
'2020-01-01' < date'2020-01-01'
'2020-01-01' < '2020-01-01'
'2020-01-01' < timestamp'2020-01-01 00:00:00'
'2020-01-01' < 20200101
'2020-01-01' < time'10:00:00'
timestamp'2020-01-01 00:00:00' < NULL
timestamp'2020-01-01 00:00:00' < 0
timestamp'2020-01-01 00:00:00' < 1
timestamp'2020-01-01 00:00:00' < 1.0
timestamp'2020-01-01 00:00:00' < 1e0
timestamp'2020-01-01 00:00:00' < '1'
timestamp'2020-01-01 00:00:00' < 'a'
timestamp'2020-01-01 00:00:00' < 'A'
timestamp'2020-01-01 00:00:00' < ''
timestamp'2020-01-01 00:00:00' < date'2020-01-01'
timestamp'2020-01-01 00:00:00' < '2020-01-01'
timestamp'2020-01-01 00:00:00' < timestamp'2020-01-01 00:00:00'
timestamp'2020-01-01 00:00:00' < 20200101
timestamp'2020-01-01 00:00:00' < time'10:00:00'
20200101 < NULL
20200101 < 0
20200101 < 1
20200101 < 1.0
20200101 < 1e0
20200101 < '1'
20200101 < 'a'
20200101 < 'A'
20200101 < ''
20200101 < date'2020-01-01'
20200101 < '2020-01-01'
20200101 < timestamp'2020-01-01 00:00:00'
20200101 < 20200101
20200101 < time'10:00:00'
time'10:00:00' < NULL
time'10:00:00' < 0
time'10:00:00' < 1
time'10:00:00' < 1.0
time'10:00:00' < 1e0
time'10:00:00' < '1'
time'10:00:00' < 'a'
time'10:00:00' < 'A'
time'10:00:00' < ''
time'10:00:00' < date'2020-01-01'
time'10:00:00' < '2020-01-01'
time'10:00:00' < timestamp'2020-01-01 00:00:00'
time'10:00:00' < 20200101
time'10:00:00' < time'10:00:00'
NULL <=> NULL
NULL <=> 0
NULL <=> 1
NULL <=> 1.0
NULL <=> 1e0
NULL <=> '1'
NULL <=> 'a'
NULL <=> 'A'
NULL <=> ''
0 <=> NULL
0 <=> 0
0 <=> 1
0 <=> 1.0
0 <=> 1e0
0 <=> '1'
0 <=> 'a'
0 <=> 'A'
0 <=> ''
1 <=> NULL
1 <=> 0
1 <=> 1
1 <=> 1.0
1 <=> 1e0
1 <=> '1'
1 <=> 'a'
1 <=> 'A'
1 <=> ''
1.0 <=> NULL
1.0 <=> 0
1.0 <=> 1
1.0 <=> 1.0
1.0 <=> 1e0
1.0 <=> '1'
1.0 <=> 'a'
1.0 <=> 'A'
1.0 <=> ''
1e0 <=> NULL
1e0 <=> 0
1e0 <=> 1
1e0 <=> 1.0
1e0 <=> 1e0
1e0 <=> '1'
1e0 <=> 'a'
1e0 <=> 'A'
1e0 <=> ''
'1' <=> NULL
'1' <=> 0
'1' <=> 1
'1' <=> 1.0
'1' <=> 1e0
'1' <=> '1'
'1' <=> 'a'
'1' <=> 'A'
'1' <=> ''
'a' <=> NULL
'a' <=> 0
'a' <=> 1
'a' <=> 1.0
'a' <=> 1e0
'a' <=> '1'
'a' <=> 'a'
'a' <=> 'A'
'a' <=> ''
'A' <=> NULL
'A' <=> 0
'A' <=> 1
'A' <=> 1.0
'A' <=> 1e0
'A' <=> '1'
'A' <=> 'a'
'A' <=> 'A'
'A' <=> ''
'' <=> NULL
'' <=> 0
'' <=> 1
'' <=> 1.0
'' <=> 1e0
'' <=> '1'
'' <=> 'a'
'' <=> 'A'
'' <=> ''
NULL is null
0 is null
1 is null
1.0 is null
1e0 is null
'1' is null
'a' is null
'A' is null
'' is null
date'2020-01-01' is null
'2020-01-01' is null
timestamp'2020-01-01 00:00:00' is null
20200101 is null
time'10:00:00' is null
'10:00:00' is null
cast('1' as json) is null
cast('"a"' as json) is null
18446744073709551615 is null
x'61' is null
NULL is true
0 is true
1 is true
1.0 is true
1e0 is true
'1' is true
'a' is true
'A' is true
'' is true
date'2020-01-01' is true
'2020-01-01' is true
timestamp'2020-01-01 00:00:00' is true
20200101 is true
time'10:00:00' is true
'10:00:00' is true
cast('1' as json) is true
cast('"a"' as json) is true
18446744073709551615 is true
x'61' is true
NULL is not false
0 is not false
1 is not false
1.0 is not false
1e0 is not false
'1' is not false
'a' is not false
'A' is not false
'' is not false
date'2020-01-01' is not false
'2020-01-01' is not false
timestamp'2020-01-01 00:00:00' is not false
20200101 is not false
time'10:00:00' is not false
'10:00:00' is not false
cast('1' as json) is not false
cast('"a"' as json) is not false
18446744073709551615 is not false
x'61' is not false
not NULL
not 0
not 1
not 1.0
not 1e0
not '1'
not 'a'
not 'A'
not ''
not date'2020-01-01'
not '2020-01-01'
not timestamp'2020-01-01 00:00:00'
not 20200101
not time'10:00:00'
not '10:00:00'
not cast('1' as json)
not cast('"a"' as json)
not 18446744073709551615
not x'61'
NULL and 1
0 and 1
1 and 1
1.0 and 1
1e0 and 1
'1' and 1
'a' and 1
'A' and 1
'' and 1
date'2020-01-01' and 1
'2020-01-01' and 1
timestamp'2020-01-01 00:00:00' and 1
20200101 and 1
time'10:00:00' and 1
'10:00:00' and 1
cast('1' as json) and 1
cast('"a"' as json) and 1
18446744073709551615 and 1
x'61' and 1
NULL or 0
0 or 0
1 or 0
1.0 or 0
1e0 or 0
'1' or 0
'a' or 0
'A' or 0
'' or 0
date'2020-01-01' or 0
'2020-01-01' or 0
timestamp'2020-01-01 00:00:00' or 0
20200101 or 0
time'10:00:00' or 0
'10:00:00' or 0
cast('1' as json) or 0
cast('"a"' as json) or 0
18446744073709551615 or 0
x'61' or 0
NULL xor 1
0 xor 1
1 xor 1
1.0 xor 1
1e0 xor 1
'1' xor 1
'a' xor 1
'A' xor 1
'' xor 1
date'2020-01-01' xor 1
'2020-01-01' xor 1
timestamp'2020-01-01 00:00:00' xor 1
20200101 xor 1
time'10:00:00' xor 1
'10:00:00' xor 1
cast('1' as json) xor 1
cast('"a"' as json) xor 1
18446744073709551615 xor 1
x'61' xor 1
1 between 0 and 2
2 between 3 and 1
null between 1 and 2
1 between null and 0
1 between 0 and null
'b' between 'A' and 'C'
5 not between 1 and 3
date'2020-01-02' between '2020-01-01' and '2020-01-03'
1 in (1,2)
3 in (1,2)
3 in (1,null)
null in (1,2)
'a' in ('A','b')
1 in ('1','x')
1.0 in (1,2,3,4,5)
'B' in ('a','b','c','d','e')
2 not in (1,null)
(1,2) = (1,2)
(1,2) < (1,3)
(1,null) = (1,2)
(1,null) = (2,2)
(1,2) in ((1,2),(3,4))
(1,2) <=> (1,2)
1 = 1 = 1
1 < 2 < 3
if(1,2,'a')
if(0,2,'a')
if(null,1,2.5)
if('a',1,2)
if(0.1,1,2)
ifnull(null,1)
ifnull(1.5,1)
ifnull('a',1)
ifnull(null,null)
nullif(1,1)
nullif(1,2)
nullif('a','A')
nullif(null,1)
coalesce(null,null,3)
coalesce(null,'a',1)
coalesce(1,2.55)
case 1 when 1 then 'one' when 2 then 'two' end
case 3 when 1 then 'one' else 'more' end
case when 1>0 then 1 else 'x' end
case when null then 1 end
case 'a' when 'A' then 1 else 2 end
case null when null then 1 else 2 end
case when 0 then 1 when 1 then 2.50 else 3e0 end
case 1 when 1.0 then date'2020-01-01' else now() > 1 end
isnull(null)
isnull(1)
'abc' > 'ab'
'abc' = 0
'1abc' = 1
1 = '1.0'
'01' = 1
null = null
null <=> null
1 <> 2
1 != 1
3 >= 3
-1 < 18446744073709551615
cast(-1 as signed) < cast(1 as unsigned)
0.1 = 0.1e0
0.1+0.2 = 0.3
0.1e0+0.2e0 = 0.3
date'2020-01-01' = 'abc'
date'2020-01-01' > '2019-12-31 23:59:59'
timestamp'2020-01-01 10:00:00' = date'2020-01-01'
'10:00' = time'10:00:00'
'abc' collate utf8mb4_bin = 'ABC'
'abc' = 'ABC' collate utf8mb4_general_ci
'a' collate utf8mb4_bin = 'a' collate utf8mb4_general_ci
strcmp('a' collate utf8mb4_bin,'A')
