-- Packs what is closed, or drops what is packed.  No parameters.
--
-- One row: 1 if there is more to do at once.
SELECT check_part_pack(5000)::integer
