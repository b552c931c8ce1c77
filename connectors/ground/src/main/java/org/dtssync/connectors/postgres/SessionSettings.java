package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is decided about every setting that an account, or a superuser, can give to a database or a role: the sessions of dts-sync
 * either fix it, or it makes no difference to them. Stateless.
 */
public final class SessionSettings {

    /** What is decided about a setting. */
    public sealed interface Decision {

        /**
         * Every session sets it.
         *
         * @param value to this
         */
        record Fixed(String value) implements Decision {}

        /**
         * It is left as it is.
         *
         * @param reason why that is right
         */
        record Left(String reason) implements Decision {}
    }

    /**
     * First of all, since the next statement reads: a transaction that is serializable and deferrable would wait for others, a limit
     * could end it. Every server knows them.
     */
    private static final String FIRST = """
            SET default_transaction_isolation = 'read committed';
            SET default_transaction_deferrable = off;
            SET default_transaction_read_only = off;
            SET statement_timeout = 0;
            SET lock_timeout = 0;
            SET ROLE NONE;
            SET quote_all_identifiers = off;
            SET search_path = pg_catalog
            """;

    /**
     * How values are printed and read, what statements mean, and limits that the configuration of a server must not impose on long copies; nor
     * may our read-only gate lock ourselves out. A session whose connection the network lost ends within a minute and releases its
     * locks. {@code extra_float_digits = 3} is exact on every version (12 and later: shortest exact).
     */
    private static final String FIXED = """
            IntervalStyle = postgres
            DateStyle = ISO, YMD
            TimeZone = UTC
            bytea_output = hex
            extra_float_digits = 3
            lc_monetary = C
            xmloption = content
            xmlbinary = base64
            array_nulls = on
            backslash_quote = safe_encoding
            standard_conforming_strings = on
            escape_string_warning = on
            transform_null_equals = off
            gin_fuzzy_search_limit = 0
            row_security = off
            check_function_bodies = on
            icu_validation_level = warning
            createrole_self_grant =
            restrict_nonsystem_relation_kind =
            default_table_access_method = heap
            default_tablespace =
            client_min_messages = warning
            log_parameter_max_length_on_error = 0
            exit_on_error = off
            idle_in_transaction_session_timeout = 0
            idle_session_timeout = 0
            transaction_timeout = 0
            tcp_user_timeout = 0
            tcp_keepalives_idle = 20
            tcp_keepalives_interval = 5
            tcp_keepalives_count = 4
            """;

    private static final Map<String, String> VALUES = values();

    /**
     * Only an asynchronous commit is replaced: what waits for more than this server is the operator's decision.
     */
    private static final String SECOND = """
            SELECT pg_catalog.set_config(s.name, s.value, false)
            FROM (VALUES %s, ('synchronous_commit', 'on')) AS s (name, value)
            WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL
              AND (s.name <> 'synchronous_commit' OR pg_catalog.current_setting(s.name, true) = 'off')
            """.formatted(VALUES.entrySet().stream()
            .map(setting ->
                    "(" + Identifiers.literal(setting.getKey()) + ", " + Identifiers.literal(setting.getValue()) + ")")
            .collect(Collectors.joining(", ")));

    /** Less than the stream's own sign of life needs to come through would end it; a longer one is the operator's decision. */
    private static final String STREAM = """
            SELECT pg_catalog.set_config(name, '60s', false) FROM pg_catalog.pg_settings
            WHERE name = 'wal_sender_timeout' AND setting::integer BETWEEN 1 AND 59999
            """;

    /** Reason, then the settings. */
    private static final String LEFT = """
            the plan of a statement does not change its result: \
            constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction \
            debug_parallel_query default_statistics_target effective_cache_size enable_async_append enable_bitmapscan \
            enable_distinct_reordering enable_gathermerge enable_group_by_reordering enable_hashagg enable_hashjoin \
            enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin \
            enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate \
            enable_partitionwise_join enable_presorted_aggregate enable_self_join_elimination enable_seqscan enable_sort \
            enable_tidscan force_parallel_mode from_collapse_limit geqo geqo_effort geqo_generations geqo_pool_size geqo_seed \
            geqo_selection_bias geqo_threshold hash_mem_multiplier jit jit_above_cost jit_expressions jit_inline_above_cost \
            jit_optimize_above_cost jit_tuple_deforming jit_dump_bitcode join_collapse_limit max_parallel_maintenance_workers \
            max_parallel_workers max_parallel_workers_per_gather min_parallel_index_scan_size min_parallel_table_scan_size \
            optimize_bounded_sort parallel_leader_participation parallel_setup_cost parallel_tuple_cost plan_cache_mode \
            random_page_cost recursive_worktable_factor seq_page_cost synchronize_seqscans
            memory, disks and their pace do not change a result: \
            backend_flush_after commit_delay commit_siblings effective_io_concurrency file_copy_method gin_pending_list_limit \
            io_combine_limit logical_decoding_work_mem maintenance_io_concurrency maintenance_work_mem max_stack_depth \
            temp_buffers temp_file_limit temp_tablespaces vacuum_buffer_usage_limit vacuum_cost_delay vacuum_cost_limit \
            vacuum_cost_page_dirty vacuum_cost_page_hit vacuum_cost_page_miss vacuum_failsafe_age vacuum_freeze_min_age \
            vacuum_freeze_table_age vacuum_max_eager_freeze_failure_rate vacuum_multixact_failsafe_age \
            vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate wal_compression wal_init_zero \
            wal_recycle wal_skip_threshold work_mem
            values are stored in another way and read the same: \
            default_toast_compression
            what a server logs and counts is its operator's decision: \
            backtrace_functions compute_query_id deadlock_timeout debug_pretty_print debug_print_parse debug_print_plan \
            debug_print_raw_parse debug_print_rewritten event_source log_btree_build_stats log_duration log_error_verbosity \
            log_executor_stats log_lock_failures log_lock_waits log_min_duration_sample log_min_duration_statement \
            log_min_error_statement log_min_messages log_parameter_max_length log_parser_stats log_planner_stats \
            log_replication_commands log_statement log_statement_sample_rate log_statement_stats log_temp_files \
            log_transaction_sample_rate stats_fetch_consistency trace_notify trace_sort track_activities track_cost_delay_timing \
            track_counts track_functions track_io_timing track_wal_io_timing update_process_title
            passwords and roles are not made: \
            md5_password_warnings password_encryption scram_iterations
            to_char and to_number alone read it, and no row depends on them: \
            lc_numeric lc_time
            times are written with their offset from UTC: \
            timezone_abbreviations
            it is for functions of applications, and rows come with all their values: \
            default_text_search_config
            messages are shown, never read: \
            lc_messages
            the driver sets it in the login: \
            application_name client_encoding
            it belongs to a transaction or to one statement, and cannot be given to a database: \
            seed transaction_deferrable transaction_isolation transaction_read_only session_authorization
            it notices lost clients sooner: \
            client_connection_check_interval
            sessions that write rows set it themselves, and no others act on it: \
            session_replication_role
            sessions that may do so switch it off: \
            event_triggers
            only what the server loads at a login or finds by it: \
            dynamic_library_path extension_control_path local_preload_libraries output_plugin_libraries \
            session_preload_libraries
            for developers of the server, or to rescue damaged files: \
            allow_in_place_tablespaces allow_system_table_mods debug_deadlocks debug_discard_caches \
            debug_logical_replication_streaming debug_copy_parse_plan_trees debug_write_read_parse_plan_trees \
            debug_raw_expression_coverage_test ignore_checksum_failure ignore_invalid_pages in_hot_standby \
            logical_replication_mode lo_compat_privileges remove_temp_files_after_crash ssl_renegotiation_limit \
            trace_lock_oidmin trace_lock_table trace_locks trace_lwlocks trace_recovery_messages trace_userlocks trace_syncscan \
            wal_consistency_checking wal_debug zero_damaged_pages default_with_oids
            the stream raises it if it is short: \
            wal_sender_timeout
            an asynchronous commit is replaced: \
            synchronous_commit
            """;

    private SessionSettings() {}

    private static Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        FIXED.lines().map(line -> line.split(" =", 2)).forEach(parts -> values.put(parts[0], parts[1].strip()));
        return values;
    }

    /**
     * Event triggers do not act on what we create, where the account may say so: since PostgreSQL 17 superusers may, and who was granted that.
     * Elsewhere see {@link EventTriggers}, and {@link LoginTriggers} for what acts before.
     */
    private static final String THIRD = """
            SELECT pg_catalog.set_config('event_triggers', 'off', false)
            WHERE pg_catalog.has_parameter_privilege('event_triggers', 'SET')
            """;

    private static final int HAS_EVENT_TRIGGERS = 17;

    /** Gives a new session the settings of all our sessions. One that the server does not know is left out. */
    public static void apply(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(FIRST);
            statement.execute(rest(connection));
        }
    }

    /** Gives a new session that streams a slot the same settings, and those that a stream needs in addition. */
    public static void applyToStream(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(FIRST);
            statement.execute(rest(connection) + ";\n" + STREAM);
        }
    }

    /** Returns what a new session has to run before anything else, alone: only then is its next transaction of a harmless kind. */
    static String first() {
        return FIRST;
    }

    /** Returns what a session has to run after that, for the version of its server. Together with more it is one question to the server. */
    static String rest(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion() < HAS_EVENT_TRIGGERS
                ? SECOND
                : SECOND + ";\n" + THIRD;
    }

    /** Returns what is decided about a setting; empty if nobody has thought of it. */
    public static Optional<Decision> of(String setting) {
        Map<String, Decision> decisions = new LinkedHashMap<>();
        LEFT.lines().forEach(line -> {
            int colon = line.indexOf(": ");
            Arrays.stream(line.substring(colon + 2).split(" ", -1))
                    .forEach(name -> decisions.put(name, new Decision.Left(line.substring(0, colon))));
        });
        VALUES.forEach((name, value) -> decisions.put(name, new Decision.Fixed(value)));
        FIRST.lines()
                .filter(line -> line.contains(" = "))
                .map(line ->
                        line.replaceFirst("^SET ", "").replaceFirst(";$", "").split(" = ", 2))
                .forEach(parts -> decisions.put(parts[0], new Decision.Fixed(parts[1].replace("'", ""))));
        decisions.put("role", new Decision.Fixed("none"));
        return Optional.ofNullable(decisions.get(setting));
    }
}
