keep
-- remark
select 1
