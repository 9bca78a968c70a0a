-- What a subquery's literal counts for when texts of two collations meet.
set names utf8mb4 collate utf8mb4_unicode_ci;
create table p (id int, f varchar(50) collate utf8mb4_0900_ai_ci);
insert into p values (1, 'a'), (2, 'b');
select coercibility((select 'x' from p limit 1)), coercibility((select 'x')), coercibility((select concat('x', 'y') from p limit 1)), coercibility((select f from p limit 1));
select id from p where f = (select 'a' from p limit 1);
select id from p where f in (select 'a' from p);
select id from p where f = (select 'b' from p q where q.id = p.id);
select id from p where (id, f) = (select 1, 'a' from p limit 1);
select 1 / 0;
select @@warning_count, @@error_count;
select @@warning_count;
update p a, p b set a.f = 'c', b.f = 'd' where a.id = b.id and a.id = 3;
create table k (id int primary key, v int);
insert into k values (1, 1), (2, 2);
update k a, k b set a.id = a.id + 10, b.v = 5 where a.id = b.id;
update k a, k b set a.v = a.v + 10, b.v = 5 where a.id = b.id + 1;
