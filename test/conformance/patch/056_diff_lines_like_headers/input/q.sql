keep
-- note
select 1
