package org.dtssync.app.ddl;

/**
 * What the recorder of structure changes keeps in the source. A function that fires under the settings of the session that
 * changes the structure qualifies every name, uses no operator and has no setting that could be refused; the ones it calls have settings of their
 * own.
 */
final class RecorderSql {

    /**
     * {@code ddl_task} has what each task selects, and that it has had the commands of every transaction before {@code passed};
     * {@code ddl} has a row for each command, and {@code ddl_relation} a mark of the shape in which the triggers left each
     * table: what differs from the catalog was missed. Texts may hold secrets, so the owner alone reads
     * them.
     */
    static final String TABLES = """
            CREATE TABLE IF NOT EXISTS dts_sync.ddl_task (
                task        text PRIMARY KEY,
                publication name NOT NULL,
                include     text[] NOT NULL,
                exclude     text[] NOT NULL DEFAULT '{}',
                image_bytes bigint NOT NULL DEFAULT 67108864,
                passed      xid8
            );
            CREATE TABLE IF NOT EXISTS dts_sync.ddl (
                number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                xid         xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
                message_at  timestamptz NOT NULL DEFAULT pg_catalog.statement_timestamp(),
                event       text NOT NULL CHECK (event IN ('rewrite', 'drop', 'command', 'images', 'images end', 'failed')),
                tag         text NOT NULL,
                text_number bigint,
                text        text,
                ordinal     integer,
                context     text,
                role        text,
                session     text,
                path        jsonb,
                settings    jsonb,
                objects     jsonb,
                dropped     jsonb,
                relations   jsonb,
                definitions jsonb,
                effects     jsonb,
                error       text
            );
            CREATE INDEX IF NOT EXISTS ddl_xid ON dts_sync.ddl (xid);
            CREATE TABLE IF NOT EXISTS dts_sync.ddl_relation (
                relid  oid PRIMARY KEY,
                root   oid NOT NULL,
                schema name NOT NULL,
                name   name NOT NULL,
                mark   text NOT NULL,
                altered text NOT NULL,
                file   oid NOT NULL
            );
            CREATE INDEX IF NOT EXISTS ddl_relation_name ON dts_sync.ddl_relation (schema, name);
            CREATE INDEX IF NOT EXISTS ddl_relation_root ON dts_sync.ddl_relation (root);
            REVOKE ALL ON dts_sync.ddl_task, dts_sync.ddl, dts_sync.ddl_relation FROM PUBLIC;
            """;

    /**
     * The shape of one table or partition, in the same words on every version and in every session; @SCHEMA@ is where the function is made.
     * In PL/pgSQL, which plans it once per session: a function in SQL is planned at each call, which takes longer than the query.
     */
    static final String STATE = """
            CREATE OR REPLACE FUNCTION @SCHEMA@.relation_state(rel oid) RETURNS jsonb LANGUAGE plpgsql STABLE
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET jit = off SET "TimeZone" = 'UTC'
            SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex'
            SET quote_all_identifiers = off AS $state$
            #variable_conflict use_column
            BEGIN
                RETURN (SELECT jsonb_build_object(
                    'schema', n.nspname, 'name', c.relname, 'reference', c.oid::regclass::text, 'kind', c.relkind, 'persistence', c.relpersistence,
                    'owner', pg_get_userbyid(c.relowner),
                    'partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
                    'parent', (SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition),
                    'bound', pg_get_expr(c.relpartbound, c.oid),
                    'root', (SELECT jsonb_build_array(r.oid::text, rn.nspname, r.relname)
                             FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
                             WHERE c.relispartition AND r.oid = pg_partition_root(c.oid)),
                    'columns', (
                        SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                            'number', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                            'type name', (SELECT y.typname FROM pg_type y WHERE y.oid = a.atttypid),
                            'not null', nullif(a.attnotnull, false),
                            'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
                            'generated', CASE WHEN a.attgenerated <> ''
                                         THEN a.attgenerated::text || ':' || pg_get_expr(d.adbin, d.adrelid) END,
                            'identity', nullif(a.attidentity::text, ''),
                            'collation', (SELECT l.oid::regcollation::text FROM pg_collation l
                                          WHERE l.oid = a.attcollation AND l.collname <> 'default'),
                            'missing', CASE c.relkind WHEN 'r' THEN (a.attmissingval::text::text[])[1] ELSE v.value END))
                            ORDER BY a.attnum)
                        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                        -- The partitions have it, not their root.
                        LEFT JOIN (
                            SELECT l.attname, min((l.attmissingval::text::text[])[1]) AS value
                            FROM pg_partition_tree(CASE c.relkind WHEN 'p' THEN c.oid END) m
                            JOIN pg_attribute l ON l.attrelid = m.relid
                            WHERE l.atthasmissing GROUP BY l.attname) v ON v.attname = a.attname
                        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                    'constraints', (SELECT jsonb_object_agg(k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
                                    WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x')
                                      -- One to a partition follows from the one to its root; its name depends on the version.
                                      AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.oid = k.conparentid AND f.conrelid = k.conrelid)),
                    'key', (SELECT jsonb_agg(a.attname ORDER BY p.position)
                            FROM pg_index x CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY p(attnum, position)
                            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = p.attnum
                            WHERE x.indrelid = c.oid AND x.indisprimary AND p.position <= x.indnkeyatts),
                    -- A chosen identity that is gone becomes the primary key right after the command.
                    'identity', (SELECT jsonb_agg(a.attname ORDER BY p.position)
                            FROM (SELECT i.* FROM pg_index i
                                  WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
                                    AND (i.indisprimary OR c.relreplident = 'i' AND i.indisreplident)
                                  ORDER BY c.relreplident = 'i' AND i.indisreplident DESC LIMIT 1) x
                            CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY p(attnum, position)
                            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = p.attnum
                            WHERE p.position <= x.indnkeyatts))
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid = rel AND c.relkind IN ('r', 'p'));
            END $state$;
            """;

    /**
     * Adds a table to a task's publication, and answers in words. From version 15 on this holds the publication until the transaction
     * ends, and the application must not wait for another one for long.
     */
    static final String PUBLISH = """
            CREATE OR REPLACE FUNCTION dts_sync.publish(rel oid, publication name) RETURNS text LANGUAGE plpgsql
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET plpgsql.extra_errors = 'none'
            SET lock_timeout = '300ms' AS $publish$
            DECLARE
                published text := 'SELECT ''published '' || r.oid || '' '' || r.xmin FROM pg_publication_rel r '
                    'JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = $1 AND r.prrelid = $2';
                entry text;
            BEGIN
                EXECUTE published INTO entry USING publication, rel;
                -- Before version 15 a sender that has sent rows of a table notices that it was attached or detached only when its
                -- membership changes: it would continue to send them under the earlier name.
                IF entry IS NOT NULL AND current_setting('server_version_num')::int < 150000
                   AND EXISTS (SELECT FROM dts_sync.ddl_relation k
                               WHERE k.relid = rel AND k.root <> coalesce(pg_partition_root(rel)::oid, rel)) THEN
                    EXECUTE format('ALTER PUBLICATION %I DROP TABLE ONLY %s', publication, rel::regclass);
                    entry := NULL;
                END IF;
                IF entry IS NULL THEN
                    EXECUTE format('ALTER PUBLICATION %I ADD TABLE %s%s', publication,
                                   CASE WHEN (SELECT relkind FROM pg_class WHERE oid = rel) = 'p' THEN '' ELSE 'ONLY ' END,
                                   rel::regclass);
                    EXECUTE published INTO entry USING publication, rel;
                END IF;
                RETURN entry;
            EXCEPTION WHEN OTHERS THEN
                RETURN 'not published: ' || sqlerrm;
            END $publish$;
            """;

    /** Records one event; see the columns of the table. It fails as it must: its caller lets nothing through. */
    static final String RECORD = """
            CREATE OR REPLACE FUNCTION dts_sync.record_ddl(event text, tag text, role text, path text[], settings jsonb) RETURNS void
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on
            SET plpgsql.extra_errors = 'none' SET plpgsql.extra_warnings = 'none' SET jit = off @MESSAGES@ AS $record$
            #variable_conflict use_column
            DECLARE
                context text;
                frame text;
                objects jsonb;
                dropped jsonb;
                effects jsonb := '{}';
                message text := current_query();
                known bigint;
                place int;
                concerned oid[];
                partitions oid[];
                rel record;
                selecting record;
                states jsonb := '{}';
                definitions jsonb;
                tasks jsonb := '{}';
            BEGIN
                IF NOT EXISTS (SELECT FROM dts_sync.ddl_task) THEN
                    RETURN;
                END IF;
                IF record_ddl.tag IN ('CREATE PUBLICATION', 'ALTER PUBLICATION', 'DROP PUBLICATION', 'CREATE SUBSCRIPTION',
                                      'ALTER SUBSCRIPTION', 'DROP SUBSCRIPTION', 'CREATE SERVER', 'ALTER SERVER', 'DROP SERVER',
                                      'CREATE USER MAPPING', 'ALTER USER MAPPING', 'DROP USER MAPPING', 'REINDEX') THEN
                    RETURN;
                END IF;
                GET DIAGNOSTICS context = PG_CONTEXT;
                -- The frames above the innermost call of the entry are the user's.
                frame := (regexp_match(context, 'PL/pgSQL function (?:dts_sync\\.)?on_ddl\\(\\) line \\d+ at PERFORM'))[1];
                context := nullif(substr(context, strpos(context, frame) + length(frame) + 1), '');
                -- Neither what dts-sync does itself nor the script of an extension.
                IF context ~ '(^|\\n)extension script file '
                   OR context ~ '(^|\\n)PL/pgSQL function (dts_sync\\.)?(publish|images|on_identity_change)\\(' THEN
                    RETURN;
                END IF;

                IF event = 'ddl_command_end' THEN
                    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                               'class', classid::regclass::text, 'oid', objid::bigint, 'sub', nullif(objsubid, 0),
                               'tag', command_tag, 'type', object_type, 'schema', schema_name, 'identity', object_identity)))
                    INTO objects FROM pg_event_trigger_ddl_commands()
                    WHERE NOT in_extension AND (schema_name IS NULL OR schema_name !~ '^pg_temp' AND schema_name <> 'dts_sync');
                    IF objects IS NULL AND record_ddl.tag <> 'DROP OWNED' THEN
                        RETURN;
                    END IF;
                ELSIF event = 'sql_drop' THEN
                    SELECT jsonb_agg(jsonb_build_object(
                               'class', classid::regclass::text, 'oid', objid::bigint, 'type', object_type, 'schema', schema_name,
                               'name', object_name, 'identity', object_identity, 'original', original, 'normal', normal,
                               'names', address_names, 'args', address_args))
                    INTO dropped FROM pg_event_trigger_dropped_objects()
                    WHERE NOT is_temporary AND (schema_name IS NULL OR schema_name !~ '^pg_temp' AND schema_name <> 'dts_sync');
                    IF dropped IS NULL THEN
                        RETURN;
                    END IF;
                ELSE
                    IF (SELECT relpersistence FROM pg_class WHERE oid = pg_event_trigger_table_rewrite_oid()) = 't' THEN
                        RETURN;
                    END IF;
                    effects := jsonb_build_object('rewritten', jsonb_build_object(
                        'oid', pg_event_trigger_table_rewrite_oid()::bigint, 'reason', pg_event_trigger_table_rewrite_reason()));
                END IF;

                -- A frame of an SQL function has its name and the statement's number alone.
                IF context ~ '^SQL function "' THEN
                    effects := effects || jsonb_build_object('bodies', (
                        SELECT jsonb_agg(p.prosrc) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
                        WHERE l.lanname = 'sql' AND p.prosrc <> ''
                          AND p.proname = (regexp_match(context, '^SQL function "(.*?)" statement \\d+'))[1]));
                END IF;

                -- The client's message is stored once, and commands at top level are counted in it.
                SELECT d.number INTO known FROM dts_sync.ddl d
                WHERE d.xid = pg_current_xact_id() AND d.message_at = statement_timestamp() AND d.text = message LIMIT 1;
                SELECT count(*) + 1 INTO place FROM dts_sync.ddl d
                WHERE d.xid = pg_current_xact_id() AND d.message_at = statement_timestamp() AND d.context IS NULL
                  AND (d.event = 'command' OR d.event = 'drop' AND d.tag LIKE 'DROP %' AND d.tag <> 'DROP OWNED');

                IF event <> 'table_rewrite' THEN
                    WITH RECURSIVE below AS (
                        SELECT i.inhrelid AS oid FROM jsonb_array_elements(objects) o
                        JOIN pg_inherits i ON i.inhparent = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_class' AND o ->> 'type' = 'table' AND o ->> 'tag' = 'ALTER TABLE'
                        UNION
                        SELECT i.inhrelid FROM below JOIN pg_inherits i ON i.inhparent = below.oid
                    )
                    SELECT array_agg(DISTINCT c.oid) FILTER (WHERE NOT x.inherits OR NOT c.relispartition),
                           array_agg(DISTINCT c.oid) FILTER (WHERE x.inherits AND c.relispartition)
                    INTO concerned, partitions FROM (
                        -- What inherits is changed as well: partitions with their root, others as tables of their own.
                        SELECT oid, true AS inherits FROM below UNION ALL SELECT y.oid, false FROM (
                        SELECT (o ->> 'oid')::oid AS oid FROM jsonb_array_elements(objects) o WHERE o ->> 'class' = 'pg_class'
                        UNION ALL
                        SELECT a.attrelid FROM jsonb_array_elements(objects) o JOIN pg_type y ON y.oid = (o ->> 'oid')::oid
                        JOIN pg_attribute a ON a.atttypid IN (y.oid, y.typarray) WHERE o ->> 'class' = 'pg_type'
                        UNION ALL
                        SELECT k.conrelid FROM jsonb_array_elements(objects) o JOIN pg_constraint k ON k.oid = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_constraint'
                        UNION ALL
                        SELECT x.indrelid FROM jsonb_array_elements(objects) o JOIN pg_index x ON x.indexrelid = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_class'
                        UNION ALL
                        SELECT t.tgrelid FROM jsonb_array_elements(objects) o JOIN pg_trigger t ON t.oid = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_trigger'
                        UNION ALL
                        SELECT y.polrelid FROM jsonb_array_elements(objects) o JOIN pg_policy y ON y.oid = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_policy'
                        UNION ALL
                        SELECT w.ev_class FROM jsonb_array_elements(objects) o JOIN pg_rewrite w ON w.oid = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_rewrite'
                        UNION ALL
                        SELECT n.oid FROM jsonb_array_elements(objects) o JOIN pg_class n ON n.relnamespace = (o ->> 'oid')::oid
                        WHERE o ->> 'class' = 'pg_namespace' AND o ->> 'tag' = 'ALTER SCHEMA'
                        UNION ALL
                        SELECT to_regclass(format('%I.%I', o -> 'names' ->> 0, o -> 'names' ->> 1))::oid
                        FROM jsonb_array_elements(dropped) o
                        WHERE o ->> 'type' IN ('table column', 'table constraint', 'default value', 'trigger', 'policy', 'rule')
                        UNION ALL
                        -- A dropped index does not say whose it was: tables whose chosen identity is gone. Theirs is another one now.
                        SELECT t.oid FROM jsonb_array_elements(dropped) o
                        JOIN pg_namespace n ON n.nspname = o ->> 'schema' JOIN pg_class t ON t.relnamespace = n.oid
                        WHERE o ->> 'type' = 'index' AND t.relreplident = 'i'
                          AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = t.oid AND x.indisreplident)
                        UNION ALL
                        -- Attached: in the tree, but not known there. ALTER TABLE names the root alone.
                        SELECT l.relid FROM jsonb_array_elements(objects) o
                        CROSS JOIN LATERAL pg_partition_tree((o ->> 'oid')::oid::regclass) l
                        WHERE o ->> 'class' = 'pg_class' AND o ->> 'type' = 'table' AND o ->> 'tag' = 'ALTER TABLE'
                          AND NOT EXISTS (SELECT FROM dts_sync.ddl_relation k
                                          WHERE k.relid = l.relid AND k.root = coalesce(pg_partition_root(l.relid), l.relid))
                        UNION ALL
                        -- Detached: known there, but not in the tree any more.
                        SELECT k.relid FROM jsonb_array_elements(objects) o
                        JOIN dts_sync.ddl_relation k
                             ON k.root = coalesce(pg_partition_root((o ->> 'oid')::oid::regclass)::oid, (o ->> 'oid')::oid)
                        JOIN pg_class c ON c.oid = k.relid
                        WHERE o ->> 'class' = 'pg_class' AND o ->> 'type' = 'table' AND o ->> 'tag' = 'ALTER TABLE'
                          AND coalesce(pg_partition_root(c.oid)::oid, c.oid) <> k.root) y
                    ) x JOIN pg_class c ON c.oid = x.oid
                    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.relnamespace <> 'dts_sync'::regnamespace;
                    FOR rel IN
                        SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relpersistence, c.relispartition
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY (concerned)
                    LOOP
                        BEGIN
                            states := states || jsonb_build_object(rel.oid::text, dts_sync.relation_state(rel.oid));
                        EXCEPTION WHEN internal_error THEN
                            -- Another session has dropped it meanwhile: a table of the type that was altered. A name that is
                            -- only digits would be in quotes.
                            IF rel.oid::regclass::text <> rel.oid::text THEN
                                RAISE;
                            END IF;
                            CONTINUE;
                        END;
                        FOR selecting IN
                            SELECT k.task, k.publication FROM dts_sync.ddl_task k
                            WHERE rel.relpersistence = 'p'
                              AND EXISTS (SELECT FROM unnest(k.include) i WHERE rel.name ~ i)
                              AND NOT EXISTS (SELECT FROM unnest(k.exclude) i WHERE rel.name ~ i)
                              -- The sender of version 14 does not notice an attached partition that is no member itself.
                              AND (NOT rel.relispartition OR current_setting('server_version_num')::int < 150000
                                   AND event = 'ddl_command_end' AND record_ddl.tag = 'ALTER TABLE')
                        LOOP
                            tasks := tasks || jsonb_build_object(selecting.task, coalesce(tasks -> selecting.task, '{}')
                                || jsonb_build_object(rel.oid::text, dts_sync.publish(rel.oid, selecting.publication)));
                        END LOOP;
                        PERFORM dts_sync.know(rel.oid);
                    END LOOP;
                    PERFORM dts_sync.know(p.oid) FROM unnest(partitions) p (oid);
                    IF tasks <> '{}' THEN
                        effects := effects || jsonb_build_object('tasks', tasks);
                    END IF;
                    -- A column that goes with something else has its table's identifier.
                    DELETE FROM dts_sync.ddl_relation k USING jsonb_array_elements(dropped) o
                    WHERE o ->> 'class' = 'pg_class' AND o ->> 'type' = 'table' AND k.relid = (o ->> 'oid')::oid;
                    SELECT jsonb_object_agg(x.oid, x.definition) INTO definitions FROM (
                        SELECT o ->> 'oid' AS oid, CASE o ->> 'class'
                            WHEN 'pg_class' THEN (
                                SELECT CASE WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid)
                                            WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END
                                FROM pg_class c WHERE c.oid = (o ->> 'oid')::oid)
                            WHEN 'pg_trigger' THEN pg_get_triggerdef((o ->> 'oid')::oid)
                            WHEN 'pg_constraint' THEN pg_get_constraintdef((o ->> 'oid')::oid) END AS definition
                        FROM jsonb_array_elements(objects) o WHERE o ->> 'oid' IS NOT NULL) x
                    WHERE x.definition IS NOT NULL;
                END IF;

                INSERT INTO dts_sync.ddl (event, tag, text_number, text, ordinal, context, role, session, path, settings,
                                          objects, dropped, relations, definitions, effects)
                VALUES (CASE event WHEN 'ddl_command_end' THEN 'command' WHEN 'sql_drop' THEN 'drop' ELSE 'rewrite' END,
                        record_ddl.tag, known, CASE WHEN known IS NULL THEN message END,
                        CASE WHEN context IS NULL THEN place END, context, record_ddl.role, session_user, to_jsonb(record_ddl.path),
                        record_ddl.settings, objects, dropped, nullif(states, '{}'), definitions, nullif(effects, '{}'))
                RETURNING number INTO place;

                -- Rows that the command wrote itself: no row of the stream has them.
                IF event = 'ddl_command_end' THEN
                    FOR rel IN
                        SELECT DISTINCT c.oid FROM dts_sync.ddl d
                        JOIN pg_class l ON l.oid = (d.effects -> 'rewritten' ->> 'oid')::oid
                        JOIN pg_class c ON c.oid = coalesce(pg_partition_root(l.oid)::oid, l.oid)
                        WHERE d.xid = pg_current_xact_id() AND d.event = 'rewrite' AND c.relpersistence = 'p'
                          AND (d.effects -> 'rewritten' ->> 'reason')::int & 7 <> 0 AND d.number < place
                          AND d.number > (SELECT coalesce(max(x.number), 0) FROM dts_sync.ddl x
                                          WHERE x.xid = pg_current_xact_id() AND x.event = 'command' AND x.number < place)
                        UNION
                        SELECT c.oid FROM jsonb_array_elements(objects) o JOIN pg_class c ON c.oid = (o ->> 'oid')::oid
                        WHERE record_ddl.tag IN ('CREATE TABLE AS', 'SELECT INTO') AND o ->> 'class' = 'pg_class'
                          AND c.relkind = 'r' AND c.relpersistence = 'p'
                    LOOP
                        PERFORM dts_sync.images(rel.oid);
                    END LOOP;
                END IF;
            END $record$;
            """;

    /**
     * What a task calls, with the rights of the recorder's owner: it may be a superuser, who has installed it for the account
     * of the task. A publication of dts-sync alone is changed.
     */
    static final String TASKS = """
            CREATE OR REPLACE FUNCTION dts_sync.ddl_enter(task text, publication name, include text[], exclude text[], image_bytes bigint)
            RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
            SET standard_conforming_strings = on SET plpgsql.extra_errors = 'none' SET plpgsql.extra_warnings = 'none' AS $enter$
            #variable_conflict use_column
            BEGIN
                PERFORM pg_advisory_xact_lock(hashtext('dts_sync_ddl'));
                IF left(ddl_enter.publication, 9) <> 'dts_sync_' THEN
                    RAISE EXCEPTION 'publication % is none of dts-sync', ddl_enter.publication;
                END IF;
                INSERT INTO dts_sync.ddl_task (task, publication, include, exclude, image_bytes)
                VALUES (ddl_enter.task, ddl_enter.publication, ddl_enter.include, ddl_enter.exclude, ddl_enter.image_bytes)
                ON CONFLICT (task) DO UPDATE
                SET publication = excluded.publication, include = excluded.include, exclude = excluded.exclude,
                    image_bytes = excluded.image_bytes;
                IF EXISTS (SELECT FROM pg_publication p WHERE p.pubname = ddl_enter.publication
                           AND NOT EXISTS (SELECT FROM pg_publication_rel r
                                           WHERE r.prpubid = p.oid AND r.prrelid = 'dts_sync.ddl'::regclass)) THEN
                    EXECUTE format('ALTER PUBLICATION %I ADD TABLE ONLY dts_sync.ddl', ddl_enter.publication);
                END IF;
                -- What is attached or detached later is found by comparison with the trees as they are now.
                PERFORM dts_sync.know(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
                  AND n.nspname NOT IN ('information_schema', 'dts_sync')
                  AND NOT EXISTS (SELECT FROM dts_sync.ddl_relation k WHERE k.relid = c.oid);
            END $enter$;
            CREATE OR REPLACE FUNCTION dts_sync.ddl_leave(task text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET plpgsql.extra_errors = 'none'
            SET plpgsql.extra_warnings = 'none' AS $leave$
            #variable_conflict use_column
            BEGIN
                PERFORM pg_advisory_xact_lock(hashtext('dts_sync_ddl'));
                DELETE FROM dts_sync.ddl_task t WHERE t.task = ddl_leave.task;
                IF NOT EXISTS (SELECT FROM dts_sync.ddl_task) THEN
                    DELETE FROM dts_sync.ddl;
                    DELETE FROM dts_sync.ddl_relation;
                END IF;
            END $leave$;
            CREATE OR REPLACE FUNCTION dts_sync.ddl_passed(task text, before xid8) RETURNS bigint LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on
            SET plpgsql.extra_errors = 'none' SET plpgsql.extra_warnings = 'none' AS $passed$
            #variable_conflict use_column
            DECLARE
                removed bigint;
            BEGIN
                UPDATE dts_sync.ddl_task t SET passed = ddl_passed.before WHERE t.task = ddl_passed.task;
                DELETE FROM dts_sync.ddl d
                WHERE d.xid < ALL (SELECT coalesce(t.passed, '0'::xid8) FROM dts_sync.ddl_task t);
                GET DIAGNOSTICS removed = ROW_COUNT;
                RETURN removed;
            END $passed$;
            CREATE OR REPLACE FUNCTION dts_sync.ddl_accept(tables text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $accept$
                DELETE FROM dts_sync.ddl_relation k WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = k.relid);
                SELECT dts_sync.know(c.oid) FROM pg_class c
                WHERE c.relkind IN ('r', 'p') AND coalesce(pg_partition_root(c.oid)::oid, c.oid) IN (
                    SELECT to_regclass(accepted)::oid FROM unnest(tables) AS accepted);
            $accept$;
            -- What was recorded since, but perhaps not sent: such a table is none that the triggers have left as it is. One that is gone is
            -- named again.
            CREATE OR REPLACE FUNCTION dts_sync.ddl_doubt(task text, every boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET plpgsql.extra_errors = 'none'
            SET plpgsql.extra_warnings = 'none' AS $doubt$
            #variable_conflict use_column
            DECLARE
                since xid8 := coalesce((SELECT t.passed FROM dts_sync.ddl_task t WHERE t.task = ddl_doubt.task), '0'::xid8);
                touched oid[];
            BEGIN
                INSERT INTO dts_sync.ddl_relation (relid, root, schema, name, mark, altered, file)
                SELECT DISTINCT ON ((o ->> 'oid')::oid)
                       (o ->> 'oid')::oid, (o ->> 'oid')::oid, o ->> 'schema', o ->> 'name', '', '', 0
                FROM dts_sync.ddl d CROSS JOIN LATERAL jsonb_array_elements(d.dropped) o
                WHERE d.xid >= since AND o ->> 'class' = 'pg_class' AND o ->> 'type' = 'table'
                ON CONFLICT DO NOTHING;
                SELECT array_agg(x.relid) INTO touched
                FROM dts_sync.ddl d CROSS JOIN LATERAL (
                    SELECT k::oid AS relid FROM jsonb_object_keys(d.relations) k
                    UNION ALL SELECT (d.effects -> 'rewritten' ->> 'oid')::oid) x
                WHERE d.xid >= since AND x.relid IS NOT NULL;
                UPDATE dts_sync.ddl_relation SET mark = ''
                WHERE every OR relid = ANY (touched) OR root = ANY (touched);
            END $doubt$;
            REVOKE ALL ON FUNCTION dts_sync.ddl_accept(text[]), dts_sync.ddl_enter(text, name, text[], text[], bigint), dts_sync.ddl_leave(text),
                dts_sync.ddl_passed(text, xid8), dts_sync.ddl_doubt(text, boolean) FROM PUBLIC;
            """;

    /**
     * The entries. The first reads who runs the command and where names lead, with the rights of its role; nothing of the
     * user's runs between it and the second.
     */
    static final String ENTRIES = """
            CREATE OR REPLACE FUNCTION dts_sync.ddl_role() RETURNS pg_catalog.event_trigger LANGUAGE plpgsql AS $role$
            BEGIN
                PERFORM pg_catalog.set_config('dts_sync.role', current_user::pg_catalog.text, true),
                        pg_catalog.set_config('dts_sync.path', pg_catalog.current_schemas(false)::pg_catalog.text, true);
            END $role$;
            CREATE OR REPLACE FUNCTION dts_sync.on_ddl() RETURNS pg_catalog.event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $entry$
            BEGIN
                PERFORM dts_sync.record_ddl(tg_event, tg_tag, pg_catalog.current_setting('dts_sync.role'),
                    pg_catalog.current_setting('dts_sync.path')::pg_catalog.text[], pg_catalog.jsonb_build_object(@SETTINGS@));
            EXCEPTION WHEN OTHERS THEN
                RAISE WARNING 'dts-sync could not record a change of the structure: %', sqlerrm;
                BEGIN
                    INSERT INTO dts_sync.ddl (event, tag, error) VALUES ('failed', tg_tag, sqlerrm);
                EXCEPTION WHEN OTHERS THEN
                    NULL;
                END;
            END $entry$;
            REVOKE ALL ON FUNCTION dts_sync.relation_state(oid), dts_sync.relation_mark(oid), dts_sync.know(oid),
                dts_sync.images(oid), dts_sync.publish(oid, name),
                dts_sync.record_ddl(text, text, text, text[], jsonb), dts_sync.ddl_role(), dts_sync.on_ddl() FROM PUBLIC;
            """;

    private RecorderSql() {}
}
