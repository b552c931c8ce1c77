package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.catalog.CarriedShape;
import org.dtssync.app.catalog.ShapeStep;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange;

/**
 * The tables of a history with their rows, through the commands that make, change, rename and drop them. What a command leaves of a table is
 * in its record, so no database is needed, except where rows change their table by their values. Not thread-safe.
 */
final class StateTables implements StateHistory.Receiver {

    /** Types whose values are printed alike. */
    private static final Set<String> ALIKE = Set.of("text", "varchar");

    /** Of what is said of a type, this does not change what values look like. */
    private static final Pattern SAME_VALUES =
            Pattern.compile("(?i)\\b(add\\s+value|owner\\s+to|rename\\s+to|set\\s+schema)\\b");

    private static final Pattern OTHER_VALUES = Pattern.compile("(?i)\\b(rename\\s+value|attribute)\\b");

    private final ObjectSelection objects;
    private final String task;
    private final Predicate<TableName> wanted;
    private final TypeUses types;
    private final HeldText held = new HeldText();
    private final Map<TableName, TableRows> rows = new TreeMap<>();

    /** The shape of each table, from before the command that comes next. */
    private final Map<TableName, String> structures = new HashMap<>();

    /** What clients sent, by the number of the row that has it. */
    private final Map<Long, String> texts = new HashMap<>();

    /** The table whose updates stand for all of its rows until the next command. */
    private Optional<TableName> rewritten = Optional.empty();

    /**
     * Creates the tables as the base has them.
     *
     * @param objects which tables belong to the task
     * @param later what became of tables without a command
     * @param commands whether there are any commands
     * @param wanted the tables whose rows are needed, by any of the names that they have
     */
    StateTables(
            BaseDirectory directory,
            BaseManifest manifest,
            ObjectSelection objects,
            LaterShapes later,
            boolean commands,
            Predicate<TableName> wanted) {
        this.objects = objects;
        this.task = manifest.task();
        this.wanted = wanted;
        this.types = new TypeUses(manifest.objects());
        for (BaseTable table : manifest.tables()) {
            structures.put(table.table(), table.shape().structure());
            if (wanted.test(table.table())) {
                rows.put(table.table(), TableRows.ofBase(directory, table, later.of(table.table()), !commands, held));
            }
        }
    }

    /** Returns the tables that there are now. */
    List<TableName> names() {
        return List.copyOf(rows.keySet());
    }

    /** Returns the tables that there are now, whether their rows are needed or not. */
    Set<TableName> known() {
        return Set.copyOf(structures.keySet());
    }

    /** Returns the rows of a table; empty if there is none of this name. */
    Optional<TableRows> of(TableName table) {
        return Optional.ofNullable(rows.get(table));
    }

    /** Returns the same, and holds them no longer. */
    TableRows take(TableName table) {
        return Objects.requireNonNull(rows.remove(table), "Each table has its rows.");
    }

    @Override
    public void accept(TableChange change) {
        TableName table = change.shape().table();
        if (table.equals(CarriedCommands.TABLE)) {
            command(RecordedCommand.of(change.texts()), change.commit());
            return;
        }
        TableRows of = rows.get(table);
        if (of != null && rewritten.equals(Optional.of(table))) {
            of.image(change);
        } else if (of != null) {
            of.add(change);
        }
    }

    private void command(RecordedCommand command, Lsn commit) {
        command.text().ifPresent(text -> texts.put(command.number(), text));
        rewritten = Optional.empty();
        if (command.event().equals("images")) {
            images(command, commit);
        } else if (command.event().equals("failed")) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "A command of the transaction at " + commit + " could not be recorded: "
                            + command.error().orElse("the reason is not known") + ".",
                    "Replay a base from after it, or up to before it.");
        } else if (command.isCommand() || command.dropsOwned()) {
            record(command, commit);
            String text = texts.getOrDefault(command.textNumber(), "");
            types.command(command.tag(), command.objectNames(), text);
            if (command.tag().equals("ALTER TYPE")) {
                type(command, text, commit);
            }
        }
    }

    /** The texts of values change with the names of an enum's values and with the attributes of a row type. */
    private void type(RecordedCommand command, String text, Lsn commit) {
        if (SAME_VALUES.matcher(text).find() && !OTHER_VALUES.matcher(text).find()) {
            return;
        }
        Map<TableName, Set<String>> columns = new HashMap<>();
        structures.forEach((table, structure) -> columns.put(table, typesOf(table, structure)));
        Map<String, Set<String>> rowTypes = new HashMap<>();
        columns.forEach((table, own) -> rowTypes.computeIfAbsent(table.table(), absent -> new HashSet<>())
                .addAll(own));
        for (String name : command.objectNames()) {
            Set<String> changed = types.of(name, rowTypes);
            columns.forEach((table, own) -> {
                if (own.stream().anyMatch(type -> TypeUses.isOf(type, changed))) {
                    of(table).ifPresent(of -> of.lose("has values of type " + name + ", which changed at " + commit));
                }
            });
        }
    }

    /** What was recorded of a table has the names that its types had then; the base, those that they had when it was taken. */
    private Set<String> typesOf(TableName table, String structure) {
        Set<String> names = new HashSet<>();
        TableShape.parse(structure).columns().values().forEach(column -> names.add(column.typeName()));
        of(table).ifPresent(of -> of.table().columns().forEach(column -> names.add(column.typeName())));
        return names;
    }

    /** The rows of a table that a command wrote itself follow: they take the place of all that it has. */
    private void images(RecordedCommand command, Lsn commit) {
        TableName table = command.imaged();
        TableRows of = rows.get(table);
        if (of == null || of.leavesOut(commit)) {
            return;
        }
        if (command.error().isPresent()) {
            of.lose("was rewritten by a command at " + commit + " ("
                    + command.error().get() + ")");
            return;
        }
        rows.put(table, TableRows.empty(of.table(), held));
        rewritten = Optional.of(table);
    }

    private void record(RecordedCommand command, Lsn commit) {
        for (String oid : command.droppedTables()) {
            drop(oid, commit);
        }
        // Roots first: a partition is recorded with its root.
        for (CommandTable table : command.tables()) {
            if (table.root().isEmpty()) {
                table(command, table, commit);
            }
        }
        for (CommandTable table : command.tables()) {
            table.root().ifPresent(root -> partition(command, table, root, commit));
        }
    }

    private Optional<TableName> known(String oid) {
        String text = CarriedShape.holding(oid);
        return structures.entrySet().stream()
                .filter(each -> each.getValue().contains(text))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private String structure(TableName table) {
        return Objects.requireNonNull(structures.get(table), "A known table has a shape.");
    }

    private boolean isItself(TableName table, String oid) {
        return TableShape.parse(structure(table)).oid().equals(oid);
    }

    private void remove(TableName table) {
        structures.remove(table);
        rows.remove(table);
    }

    private void drop(String oid, Lsn commit) {
        Optional<TableName> known = known(oid);
        if (known.isEmpty()) {
            return;
        }
        if (isItself(known.get(), oid)) {
            remove(known.get());
        } else {
            leave(known.get(), oid, "lost a partition at " + commit);
        }
    }

    /** Which of its rows were in a partition only its bounds say. */
    private void leave(TableName root, String oid, String how) {
        structures.put(root, CarriedShape.without(structure(root), oid));
        of(root).ifPresent(of -> of.lose(how));
    }

    private void partition(RecordedCommand command, CommandTable table, CommandTable.Root root, Lsn commit) {
        Optional<TableName> before = known(table.oid());
        Optional<TableRows> own = Optional.empty();
        boolean isNew = before.isEmpty();
        if (before.isPresent() && isItself(before.get(), table.oid())) {
            own = of(before.get());
            remove(before.get());
        } else {
            before.ifPresent(name -> structures.put(name, CarriedShape.without(structure(name), table.oid())));
        }
        Optional<TableName> tree = known(root.oid());
        if (tree.isEmpty()) {
            return;
        }
        TableName name = tree.get();
        structures.put(name, CarriedShape.withPartition(structure(name), table.reference(), table.partitionFacts()));
        TableRows of = rows.get(name);
        if (of == null) {
            return;
        }
        if (own.isPresent()) {
            TableRows whole = of.become(of.table(), Map.of(), Map.of(), held);
            whole.attach(own.get());
            rows.put(name, whole);
        } else if (isNew && !command.tag().equals("CREATE TABLE")) {
            of.lose("got a partition at " + commit + " that the task did not have before");
        }
    }

    private void table(RecordedCommand command, CommandTable table, Lsn commit) {
        Optional<TableName> known = known(table.oid());
        boolean selected = objects.selects(table.name().schema(), table.name().table()) && table.isSent();
        boolean detached = known.isPresent() && !isItself(known.get(), table.oid());
        if (detached) {
            leave(known.orElseThrow(), table.oid(), "lost a partition at " + commit);
        }
        if (known.isEmpty() || detached) {
            if (selected) {
                add(command, table, detached, commit);
            }
            return;
        }
        TableName was = known.get();
        String structure = structure(was);
        TableRows of = rows.get(was);
        if (of != null && of.leavesOut(commit)) {
            return;
        }
        remove(was);
        if (!selected) {
            return;
        }
        String now = CarriedShape.of(Optional.of(structure), table.facts(), table.columnFacts());
        structures.put(table.name(), now);
        if (of != null) {
            rows.put(
                    table.name(),
                    changed(of, table, new ShapeStep(TableShape.parse(structure), TableShape.parse(now)), commit));
        }
    }

    private void add(RecordedCommand command, CommandTable table, boolean detached, Lsn commit) {
        String structure = CarriedShape.of(Optional.empty(), table.facts(), table.columnFacts());
        structures.put(table.name(), structure);
        if (!wanted.test(table.name())) {
            return;
        }
        TableRows of = TableRows.empty(described(table, structure, Lsn.ZERO), held);
        if (detached) {
            of.lose("was a partition until " + commit);
        } else if (command.publication(task, table, End.DESTINATION).isEmpty()) {
            of.lose("became one of the task's at " + commit + " with the rows it had");
        }
        rows.put(table.name(), of);
    }

    /** A command that leaves columns and key as they were only changes what does not concern rows. */
    private TableRows changed(TableRows of, CommandTable table, ShapeStep step, Lsn commit) {
        BaseTable now =
                described(table, structure(table.name()), of.table().shape().applyAfter());
        boolean same = now.table().equals(of.table().table())
                && now.keyColumns().equals(of.table().keyColumns())
                && names(now).equals(names(of.table()))
                && step.retyped().isEmpty();
        if (same) {
            return of;
        }
        TableRows next = of.become(now, step.names(), step.added(), held);
        step.retyped().forEach((name, type) -> {
            boolean alike = ALIKE.contains(type)
                    && step.names().entrySet().stream()
                            .filter(each -> each.getValue().equals(Optional.of(name)))
                            .allMatch(each -> ALIKE.contains(
                                    step.before().column(each.getKey()).typeName()));
            if (!alike) {
                next.lose("changed the type of its column " + name + " at " + commit);
            }
        });
        return next;
    }

    private static List<String> names(BaseTable table) {
        return table.columns().stream().map(BaseColumn::name).toList();
    }

    private static BaseTable described(CommandTable table, String structure, Lsn applyAfter) {
        Map<String, Map<String, String>> facts = table.columnFacts();
        List<BaseColumn> columns = new ArrayList<>();
        for (String name : table.columns()) {
            Map<String, String> own = facts.getOrDefault(name, Map.of());
            String type = own.getOrDefault("type", "");
            columns.add(new BaseColumn(name, type, own.getOrDefault("type name", type)));
        }
        return new BaseTable(
                table.name(),
                table.key(),
                columns,
                new RecordedShape(structure, Optional.empty(), Lsn.ZERO, applyAfter),
                0,
                "",
                List.of());
    }
}
