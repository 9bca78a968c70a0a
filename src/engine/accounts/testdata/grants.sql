create user u1@localhost identified by 'x'
create user u2
create role r1, r2
show grants for u1@localhost
grant select, insert on *.* to u1@localhost
grant all on acc_room.* to u1@localhost with grant option
grant select, update on acc_room.t to u1@localhost
grant all on acc_room.t2 to u1@localhost with grant option
grant select (a, b), insert (c), update on acc_room.t to u2
grant backup_admin, role_admin on *.* to u2
grant connection_admin on *.* to u2 with grant option
grant create temporary tables, lock tables, show view, create view on acc_room.* to u2
grant r1 to u1@localhost, u2 with admin option
grant r2 to u1@localhost
grant delete on `acc\_ro%`.* to r1
grant process, file, show databases on *.* to r2
grant select (b) on acc_room.t to r2
show grants for u1@localhost
show grants for u2
show grants for u1@localhost using r1
show grants for u1@localhost using r1, r2
show grants for r1
set default role all to u1@localhost
show grants for u1@localhost
show create user u1@localhost
show create user u2
show create user r1
alter user u2 account lock password expire
show create user u2
alter user u2 require ssl with max_queries_per_hour 5 max_user_connections 3 password expire interval 30 day password history 3 password reuse interval 10 day password require current comment 'hi'
show create user u2
alter user u2 require none account unlock password expire never password history default password reuse interval default password require current optional
show create user u2
alter user u2 attribute '{"x": 1}'
show create user u2
alter user u2 password expire default require x509
show create user u2
alter user u2 require subject '/CN=x' and issuer '/CN=y' failed_login_attempts 3 password_lock_time 2
show create user u2
revoke select on *.* from u1@localhost
revoke grant option on acc_room.* from u1@localhost
show grants for u1@localhost
revoke select (a) on acc_room.t from u2
show grants for u2
revoke all privileges on acc_room.t from u2
show grants for u2
revoke connection_admin on *.* from u2
show grants for u2
revoke all privileges, grant option from u1@localhost
show grants for u1@localhost
revoke delete on acc_room.* from u1@localhost
revoke delete on acc_room.t from u1@localhost
revoke r2 from u1@localhost
revoke r2 from u1@localhost
show grants for u1@localhost
grant select on acc_room.nosuch to u1@localhost
grant create on acc_room.nosuch to u1@localhost
grant select (zz) on acc_room.t to u1@localhost
grant select on *.* to nobody@localhost
grant reload on acc_room.* to u1@localhost
grant reload on acc_room.t to u1@localhost
grant backup_admin on acc_room.* to u1@localhost
grant lock tables on acc_room.t to u1@localhost
grant delete (a) on acc_room.t to u1@localhost
grant all (a) on acc_room.t to u1@localhost
grant select (a) on acc_room.* to u1@localhost
drop user nobody@localhost
drop user if exists nobody@localhost
create user u1@localhost
create user if not exists u1@localhost
create role r1
create role if not exists r1
drop role nobody
drop role if exists nobody
alter user nobody@localhost identified by 'x'
alter user if exists nobody@localhost identified by 'x'
rename user u1@localhost to u2@'%'
rename user u1@localhost to u3@localhost
show grants for u3@localhost
show grants for u1@localhost
show grants for nobody
show grants for u3@localhost using r2
set default role r2 to u3@localhost
set default role r1 to u3@localhost
show create user u3@localhost
set default role none to u3@localhost
show create user u3@localhost
set password for nobody = 'x'
set password for u3@localhost = 'yy'
revoke select on *.* from nobody
revoke if exists select on *.* from nobody ignore unknown user
create user bad identified with nosuchplugin by 'x'
create user bad identified with caching_sha2_password as 'zzz'
grant r1 to r1
grant r2 to r1
grant r1 to r2
grant nobody to r1
grant r1 to nobody
grant usage on *.* to u3@localhost
grant usage on acc_room.* to u3@localhost with grant option
show grants for u3@localhost
grant all on *.* to u3@localhost
show grants for u3@localhost
revoke super, shutdown, create role on *.* from u3@localhost
show grants for u3@localhost
grant insert on *.* to u3@localhost with grant option
show grants for u3@localhost
grant select on t to u2
show grants for u2
grant select on * to u2
show grants for u2
grant acc_role_missing@'%' to u2
drop user u3@localhost, u2, nobody
drop user u3@localhost, u2
show grants for u2
drop role r1, r2
create user 'toolongtoolongtoolongtoolongtoolong'@localhost
create user ''@localhost
show grants for ''@localhost
grant select on *.* to ''@localhost
drop user ''@localhost
create role ''
create user 'a`b'@'10.0.%' identified by 'p'
show create user 'a`b'@'10.0.%'
grant select on acc_room.`t` to 'a`b'@'10.0.%'
show grants for 'a`b'@'10.0.%'
drop user 'a`b'@'10.0.%'
create user u5@localhost, u6@localhost
create user u7@localhost, u6@localhost
drop user u5@localhost, u6@localhost
