"""Freezes the log: triggers that queue and protect entries, and the one function by which a tile may grow."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION record_queue_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO record_pending (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER record_queue AFTER INSERT ON record_entry FOR EACH ROW EXECUTE FUNCTION record_queue_entry();

CREATE FUNCTION record_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER record_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON record_entry
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON record_placement
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON record_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();
CREATE TRIGGER record_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON record_blob
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();

CREATE FUNCTION record_check_tile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes
       OR octet_length(NEW.hashes) > 8192 OR NEW.level <> OLD.level OR NEW.index <> OLD.index THEN
        RAISE EXCEPTION 'a tile of the record only grows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_tile_grows BEFORE UPDATE ON record_tile FOR EACH ROW EXECUTE FUNCTION record_check_tile();
CREATE TRIGGER record_frozen BEFORE DELETE OR TRUNCATE ON record_tile
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();

CREATE FUNCTION record_grow_tile(tile_level int, tile_index bigint, tile_hashes bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO record_tile (level, index, hashes) VALUES (tile_level, tile_index, tile_hashes)
    ON CONFLICT ON CONSTRAINT tile_once DO UPDATE SET hashes = excluded.hashes;
$$;
"""

BACKWARD = """
DROP FUNCTION record_grow_tile(int, bigint, bytea);
DROP FUNCTION record_check_tile() CASCADE;
DROP FUNCTION record_refuse_change() CASCADE;
DROP FUNCTION record_queue_entry() CASCADE;
"""


class Migration(migrations.Migration):
    """After the tables exist."""

    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
