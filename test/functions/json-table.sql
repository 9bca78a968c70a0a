json_arrayagg(json_array(o,i,t,v,j,d,f,dt)) from json_table('[null,1,"x",{"a":1},[1],true,1.5,"1.5","12abc",300,-1,""]','$[*]' columns(o for ordinality, i int path '$', t tinyint unsigned path '$', v varchar(3) path '$', j json path '$', d decimal(3,1) path '$', f double path '$', dt date path '$')) t
i from json_table('[1,"x"]','$[*]' columns(i int path '$' error on error)) t
i from json_table('[1.5]','$[*]' columns(i int path '$' error on error)) t
i from json_table('["1.5"]','$[*]' columns(i int path '$' error on error)) t
i from json_table('[300]','$[*]' columns(i tinyint path '$' error on error)) t
i from json_table('["abcd"]','$[*]' columns(i varchar(3) path '$' error on error)) t
i from json_table('[[1]]','$[*]' columns(i varchar(3) path '$' error on error)) t
i from json_table('[[1,2]]','$[*]' columns(i int path '$[*]' error on error)) t
i from json_table('[[1,2]]','$[*]' columns(i json path '$[*]' error on error)) t
i from json_table('["x"]','$[*]' columns(i date path '$' error on error)) t
i from json_table('["x"]','$[*]' columns(i decimal(3,1) path '$' error on error)) t
i from json_table('[12345]','$[*]' columns(i decimal(3,1) path '$' error on error)) t
i from json_table('[1.25]','$[*]' columns(i decimal(3,1) path '$' error on error)) t
i from json_table('["x"]','$[*]' columns(i double path '$' error on error)) t
i from json_table('x','$[*]' columns(i double path '$' error on error)) t
i from json_table(1,'$[*]' columns(i double path '$' error on error)) t
count(*) from json_table(null,'$[*]' columns(i double path '$' error on error)) t
i from json_table('[1]','$[*' columns(i double path '$')) t
i from json_table('[1]','$[*]' columns(i double path '$' default 'x' on error)) t
i from json_table('[1]','$[*]' columns(i double path '$.a' default '"x"' on empty)) t
i from json_table('[1]','$[*]' columns(i int path '$.a' default '"33"' on empty)) t
i from json_table('[1]','$[*]' columns(i int path '$.a' default 33 on empty)) t
i from json_table('[1]','$[*]' columns(i tinyint path '$.a' default '1000' on empty)) t
i from json_table('[1]','$[*]' columns(i int path '$.a' error on empty)) t
i from json_table('[1]','$[*]' columns(i int path '$.a', i int path '$.b')) t
i from json_table('[1]','$[*]' columns(i int path '$.a'))
i from (select 1 a) t right join json_table(a,'$[*]' columns(i int path '$')) jt on 1
json_arrayagg(json_array(a, i)) from (select '[1,2]' a union all select '[]' union all select null) t left join json_table(a,'$[*]' columns(i int path '$')) jt on 1
json_arrayagg(json_array(a, i)) from (select '[1,2]' a union all select '[]' union all select '[3]') t, json_table(a,'$[*]' columns(i int path '$')) jt
i from json_table(t1.j,'$[*]' columns(i int path '$')) jt
i from json_table((select '[1]'),'$[*]' columns(i int path '$')) jt
i from json_table(sum(1),'$[*]' columns(i int path '$')) jt
(select i from json_table(a,'$[*]' columns(i int path '$')) jt) from (select '[7]' a) t
json_arrayagg(json_array(o,o2,b,c)) from json_table('{"a":[{"b":[1,2],"c":[3]},{"b":[]}]}','$.a[*]' columns(o for ordinality, nested path '$.b[*]' columns(o2 for ordinality, b int path '$'), nested path '$.c[*]' columns(c int path '$'))) jt
o from json_table('[1]', '$[*]' columns (o for ordinality)) jt
ex from json_table('[{"c1": 1}]', '$[*]' columns (ex int exists path '$.c1')) jt
s from json_table('["x"]', '$[*]' columns (s char(10) path '$')) jt
tx from json_table('["x"]', '$[*]' columns (tx text path '$')) jt
d from json_table('["2020-01-01 10:11:12.3456"]', '$[*]' columns (d datetime(3) path '$')) jt
json_arrayagg(json_array(i,u)) from json_table('[1e100, "9223372036854775807", 9223372036854775808]', '$[*]' columns (i bigint path '$', u bigint unsigned path '$')) jt
d from json_table(json_array(cast('2020-01-01 10:11:12.6' as datetime(1))),'$[*]' columns (d datetime path '$')) as jt
i from json_table('["x"]', '$[*]' columns (i enum('a','b') path '$' error on error)) as jt
