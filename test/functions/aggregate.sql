count(*) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
count(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
count(distinct x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
sum(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
sum(distinct x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
avg(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
avg(distinct x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
min(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
max(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
bit_and(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
bit_or(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
bit_xor(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
std(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
stddev_samp(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
var_pop(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
var_samp(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
group_concat(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
group_concat(distinct x order by x desc) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
group_concat(x order by x separator '|') from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
json_arrayagg(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
any_value(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
avg(x)*3 from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
sum(x)/count(x) from (select 1 as x union all select 2 union all select 2 union all select null union all select 5) d
count(*) from (select null as x) d
count(x) from (select null as x) d
count(distinct x) from (select null as x) d
sum(x) from (select null as x) d
sum(distinct x) from (select null as x) d
avg(x) from (select null as x) d
avg(distinct x) from (select null as x) d
min(x) from (select null as x) d
max(x) from (select null as x) d
bit_and(x) from (select null as x) d
bit_or(x) from (select null as x) d
bit_xor(x) from (select null as x) d
std(x) from (select null as x) d
stddev_samp(x) from (select null as x) d
var_pop(x) from (select null as x) d
var_samp(x) from (select null as x) d
group_concat(x) from (select null as x) d
group_concat(distinct x order by x desc) from (select null as x) d
group_concat(x order by x separator '|') from (select null as x) d
json_arrayagg(x) from (select null as x) d
any_value(x) from (select null as x) d
avg(x)*3 from (select null as x) d
sum(x)/count(x) from (select null as x) d
count(*) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
count(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
count(distinct x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
sum(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
sum(distinct x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
avg(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
avg(distinct x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
min(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
max(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
bit_and(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
bit_or(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
bit_xor(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
std(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
stddev_samp(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
var_pop(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
var_samp(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
group_concat(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
group_concat(distinct x order by x desc) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
group_concat(x order by x separator '|') from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
json_arrayagg(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
any_value(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
avg(x)*3 from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
sum(x)/count(x) from (select 1.50 as x union all select 2.25 union all select 2.25 union all select null union all select -3.10) d
count(*) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
count(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
count(distinct x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
sum(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
sum(distinct x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
avg(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
avg(distinct x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
min(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
max(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
bit_and(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
bit_or(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
bit_xor(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
std(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
stddev_samp(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
var_pop(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
var_samp(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
group_concat(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
group_concat(distinct x order by x desc) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
group_concat(x order by x separator '|') from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
json_arrayagg(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
any_value(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
avg(x)*3 from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
sum(x)/count(x) from (select 1e0 as x union all select 2.5e0 union all select null union all select 3e0) d
count(*) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
count(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
count(distinct x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
sum(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
sum(distinct x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
avg(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
avg(distinct x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
min(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
max(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
bit_and(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
bit_or(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
bit_xor(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
std(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
stddev_samp(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
var_pop(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
var_samp(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
group_concat(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
group_concat(distinct x order by x desc) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
json_arrayagg(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
any_value(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
avg(x)*3 from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
sum(x)/count(x) from (select 'b' as x union all select 'A' union all select 'a' union all select null union all select '10x') d
count(*) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
count(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
count(distinct x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
sum(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
sum(distinct x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
avg(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
avg(distinct x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
min(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
max(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
bit_and(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
bit_or(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
bit_xor(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
std(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
stddev_samp(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
var_pop(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
var_samp(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
group_concat(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
group_concat(distinct x order by x desc) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
group_concat(x order by x separator '|') from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
json_arrayagg(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
any_value(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
avg(x)*3 from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
sum(x)/count(x) from (select 9223372036854775807 as x union all select 9223372036854775806 union all select null) d
count(*) from (select 18446744073709551615 as x union all select 1) d
count(x) from (select 18446744073709551615 as x union all select 1) d
count(distinct x) from (select 18446744073709551615 as x union all select 1) d
sum(x) from (select 18446744073709551615 as x union all select 1) d
sum(distinct x) from (select 18446744073709551615 as x union all select 1) d
avg(x) from (select 18446744073709551615 as x union all select 1) d
avg(distinct x) from (select 18446744073709551615 as x union all select 1) d
min(x) from (select 18446744073709551615 as x union all select 1) d
max(x) from (select 18446744073709551615 as x union all select 1) d
bit_and(x) from (select 18446744073709551615 as x union all select 1) d
bit_or(x) from (select 18446744073709551615 as x union all select 1) d
bit_xor(x) from (select 18446744073709551615 as x union all select 1) d
std(x) from (select 18446744073709551615 as x union all select 1) d
stddev_samp(x) from (select 18446744073709551615 as x union all select 1) d
var_pop(x) from (select 18446744073709551615 as x union all select 1) d
var_samp(x) from (select 18446744073709551615 as x union all select 1) d
group_concat(x) from (select 18446744073709551615 as x union all select 1) d
group_concat(distinct x order by x desc) from (select 18446744073709551615 as x union all select 1) d
group_concat(x order by x separator '|') from (select 18446744073709551615 as x union all select 1) d
json_arrayagg(x) from (select 18446744073709551615 as x union all select 1) d
any_value(x) from (select 18446744073709551615 as x union all select 1) d
avg(x)*3 from (select 18446744073709551615 as x union all select 1) d
sum(x)/count(x) from (select 18446744073709551615 as x union all select 1) d
count(*) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
count(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
count(distinct x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
sum(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
sum(distinct x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
avg(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
avg(distinct x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
min(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
max(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
bit_and(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
bit_or(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
bit_xor(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
std(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
stddev_samp(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
var_pop(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
var_samp(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
group_concat(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
group_concat(distinct x order by x desc) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
group_concat(x order by x separator '|') from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
json_arrayagg(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
any_value(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
avg(x)*3 from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
sum(x)/count(x) from (select date'2020-01-02' as x union all select date'2019-05-06' union all select null) d
count(*) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
count(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
count(distinct x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
sum(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
sum(distinct x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
avg(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
avg(distinct x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
min(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
max(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
bit_and(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
bit_or(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
bit_xor(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
std(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
stddev_samp(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
var_pop(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
var_samp(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
group_concat(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
group_concat(distinct x order by x desc) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
group_concat(x order by x separator '|') from (select time'10:00:00.5' as x union all select time'-01:00:00') d
json_arrayagg(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
any_value(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
avg(x)*3 from (select time'10:00:00.5' as x union all select time'-01:00:00') d
sum(x)/count(x) from (select time'10:00:00.5' as x union all select time'-01:00:00') d
count(*) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
count(x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
count(distinct x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
min(x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
max(x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
group_concat(x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
group_concat(distinct x order by x desc) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
group_concat(x order by x separator '|') from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
json_arrayagg(x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
any_value(x) from (select cast('[1]' as json) as x union all select cast('{}' as json)) d
sum(x) from (select 1 as x) d where x > 1
count(*) from (select 1 as x) d where x > 1
group_concat(x, y) from (select 1 as x, 'a' as y union all select 2, 'b') d
count(distinct x, y) from (select 1 as x, 'a' as y union all select 1, 'A' union all select 2, null) d
json_objectagg(x, y) from (select 'k' as x, 1 as y union all select 'j', 2) d
json_objectagg(x, 1) from (select null as x) d
group_concat(distinct x) from (select 'a' as x union all select 'A' union all select 'b') d
count(distinct x) from (select 'a' as x union all select 'A ' union all select 'b') d
max(x) from (select 'a' as x union all select 'B') d
sum('5abc')
avg(distinct 5)
sum(null)
min(null)
bit_and(null)
