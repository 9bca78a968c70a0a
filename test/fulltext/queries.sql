create table ft(id int primary key, v1 varchar(200), v2 text, fulltext key ix(v1,v2), fulltext(v1));
insert into ft values (1,'MySQL Tutorial','DBMS stands for DataBase ...'),(2,'How To Use MySQL Well','After you went through a ...'),(3,'Optimizing MySQL','In this tutorial, we show ...'),(4,'1001 MySQL Tricks','1. Never run mysqld as root. 2. ...'),(5,'MySQL vs. YourSQL','In the following database comparison ...'),(6,'MySQL Security','When configured properly, MySQL ...'),(7,null,'don''t stop won''t o''clock database'),(8,'foo_bar baz-qux',null);
select id, match(v1,v2) against ('database') s from ft;
select id, match(v1,v2) against ('database tutorial') s from ft;
select id, match(v1,v2) against ('mysql') s from ft;
select id, match(v1,v2) against ('mysql mysql') s from ft;
select id from ft where match(v1,v2) against ('database tutorial');
select id from ft where match(v1,v2) against ('the');
select id, match(v1) against ('mysql') from ft;
select id, match(v2) against ('mysql') from ft;
select id, match(v1,v2) against ('+mysql -yoursql' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql -yoursql' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql yoursql' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql +security' in boolean mode) s from ft;
select id, match(v1,v2) against ('data*' in boolean mode) s from ft;
select id, match(v1,v2) against ('"mysql tutorial"' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql >tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql <tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql ~tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql +(tutorial security)' in boolean mode) s from ft;
select id, match(v1,v2) against ('-mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('>tutorial database' in boolean mode) s from ft;
select id, match(v1,v2) against ('don''t' in boolean mode) s from ft;
select id, match(v1,v2) against ('don''t') s from ft;
select id, match(v1,v2) against ('foo_bar') s from ft;
select id, match(v1,v2) against ('baz-qux') s from ft;
select id, match(v1,v2) against ('baz-qux' in boolean mode) s from ft;
select id, match(v1,v2) against ('qux') s from ft;
select id, match(v1,v2) against ('1001') s from ft;
select id, match(v1,v2) against ('in') s from ft;
select id, match(v1,v2) against ('"mysql database" @5' in boolean mode) s from ft;
select id, match(v1,v2) against ('"mysql tutorial" @3' in boolean mode) s from ft;
select id, match(v1,v2) against ('') s from ft;
select id, match(v1,v2) against (null) s from ft;
select id, match(v1,v2) against ('' in boolean mode) s from ft;
select id, match(v1,v2) against ('+' in boolean mode) s from ft;
select id, match(v1,v2) against ('++mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('(mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('"mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql*tut' in boolean mode) s from ft;
select id, match(v1,v2) against ('*mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql@4' in boolean mode) s from ft;
select id, match(v1,v2) against (v1) s from ft;
select id, match(v1,v2) against (concat('data','base')) s from ft;
select id, match(v1,id) against ('x') s from ft;
select match('a') against ('x');
select match(v1,v2) against ('mysql') from (select v1,v2 from ft) d;
select id from ft where match(v1,v2) against ('database') order by id desc;
select id from ft where match(v1,v2) against ('database tutorial') and id < 5;
select count(*) from ft where match(v1,v2) against ('+database' in boolean mode);
select id, match(v1,v2) against ('database') > 0.1 from ft having id < 3;
select a.id, b.id from ft a join ft b on match(a.v1,a.v2) against ('security') and b.id=a.id;
select id from ft where match(v1,v2) against ('database');
select * from ft where match(v1) against ('foo');
select id from ft where match(v1) against ('tricks');
select id, match(v1) against ('+abc >(foo bar) <(mysql)' in boolean mode) from ft;
select id, match(v1,v2) against ('+the +mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('+xy +mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('xy' in boolean mode) s from ft;
select id, match(v1,v2) against ('~tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('~tutorial mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('+~tutorial mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('>(tutorial security)' in boolean mode) s from ft;
select id, match(v1,v2) against ('>(tutorial mysql) ' in boolean mode) s from ft;
select id, match(v1,v2) against ('(tutorial) (security)' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql -(tutorial security)' in boolean mode) s from ft;
select id, match(v1,v2) against ('+"mysql tutorial" dbms' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql,tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysql,tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('+mysq*' in boolean mode) s from ft;
select id, match(v1,v2) against ('"the mysql tutorial"' in boolean mode) s from ft;
select id, match(v1,v2) against ('"in this"' in boolean mode) s from ft;
select id, match(v1,v2) against ('"went through a"' in boolean mode) s from ft;
select id, match(v1,v2) against ('"tutorial dbms"' in boolean mode) s from ft;
select id, match(v1,v2) against ('Database DATABASE') s from ft;
select id, match(v1,v2) against ('"mysql tutorial"') s from ft;
select id, match(v1,v2) against ('data*') s from ft;
select id, match(v1,v2) against ('+mysql +database') s from ft;
select id, match(v1,v2) against ('mysql +database' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql mysql' in boolean mode) s from ft;
select id, match(v1,v2) against ('> tutorial' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql -' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql )' in boolean mode) s from ft;
select id, match(v1,v2) against ('()' in boolean mode) s from ft;
select id, match(v1,v2) against ('mysql%tutorial' in boolean mode) s from ft;
select id from ft where match(v1,v2) against ('mysql tutorial database security');
select id from ft where match(v1,v2) against ('mysql tutorial database security') and id > 0;
select id from ft where match(v1,v2) against ('mysql tutorial database security') > 0;
select id from ft where match(v1,v2) against ('mysql tutorial database security') limit 2;
select id from ft where not match(v1,v2) against ('mysql');
select id from ft where match(v1,v2) against ('-mysql tutorial' in boolean mode);
create table ft3 (a int, fulltext(a));
create table ft4 (a blob, fulltext(a));
create table ft5 (a varchar(10), b varchar(10) character set latin1, fulltext(a,b));
create table ft6 (a varchar(10), fulltext(a desc));
create table ft7 (a varchar(20) collate utf8mb4_bin, b varchar(20) collate utf8mb4_0900_as_cs, fulltext(a), fulltext(b));
insert into ft7 values ('Word wôrd','Word wôrd'),('word','word'),('other','other');
select a, match(a) against ('word') from ft7;
select b, match(b) against ('word') from ft7;
select b, match(b) against ('wôrd') from ft7;
update ft set v1='security foo' where match(v1) against ('security');
select * from ft where match(v1) against ('foo');
delete from ft where match(v1) against ('tricks');
select id from ft where match(v1) against ('tricks');
alter table ft drop index ix;
select id from ft where match(v1,v2) against ('database');
create table ng (id int primary key auto_increment, t text, fulltext key (t) with parser ngram)
insert into ng(t) values ('This is text'),('tex'),('te'),('data base'),('database systems'),('ab'),('abc'),('bc ab'),('a b c'),('b'),('ext a'),('数据库管理'),('数据'),('is the a text'),('x, te!xt'),('ABC abd'),('ta b')
select id, match(t) against('text') r from ng where match(t) against('text') order by id
select id, match(t) against('te') r from ng where match(t) against('te') order by id
select id, match(t) against('ab') r from ng where match(t) against('ab') order by id
select id, match(t) against('abc') r from ng where match(t) against('abc') order by id
select id from ng where match(t) against('abc' in boolean mode) order by id
select id from ng where match(t) against('ab bc' in boolean mode) order by id
select id from ng where match(t) against('+ab +bc' in boolean mode) order by id
select id from ng where match(t) against('"ab bc"' in boolean mode) order by id
select id from ng where match(t) against('a*' in boolean mode) order by id
select id from ng where match(t) against('abc*' in boolean mode) order by id
select id from ng where match(t) against('数据' ) order by id
select id from ng where match(t) against('数据库' in boolean mode) order by id
select id from ng where match(t) against('a') order by id
select id from ng where match(t) against('is') order by id
select id from ng where match(t) against('th') order by id
select id from ng where match(t) against('his') order by id
select id from ng where match(t) against('a b') order by id
select id from ng where match(t) against('e!x') order by id
select id from ng where match(t) against('+text -is' in boolean mode) order by id
select id from ng where match(t) against('da') order by id
select id from ng where match(t) against('tab') order by id
select id, match(t) against('数据库') from ng where match(t) against('数据库') order by id
select id from ng where match(t) against('ABC') order by id
