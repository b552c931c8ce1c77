package org.dtssync.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the plan in docs/architecture.md with the modules, packages and imports that exist. */
class ArchitectureTest {

    private static final Path ROOT = Repository.find().root();

    private static final int MOST_LINES = 500;

    /** What each word in the plan's last column opens, by the beginning of a name. */
    private static final Map<String, List<String>> LIBRARIES = Map.ofEntries(
            Map.entry("jdbc", List.of("java.sql.", "javax.sql.", "org.postgresql.")),
            Map.entry("kafka", List.of("org.apache.kafka.", "kafka.")),
            Map.entry("debezium", List.of("io.debezium.")),
            Map.entry("jackson", List.of("com.fasterxml.jackson.", "org.yaml.")),
            Map.entry("avro", List.of("org.apache.avro.")),
            Map.entry("picocli", List.of("picocli.")),
            Map.entry("micrometer", List.of("io.micrometer.")),
            Map.entry("logback", List.of("ch.qos.logback.")),
            Map.entry("httpserver", List.of("com.sun.net.")),
            Map.entry("commons", List.of("org.apache.commons.", "org.tukaani.")),
            Map.entry("junit", List.of("org.junit.", "org.awaitility.", "org.assertj.")));

    private static final List<String> OPEN = List.of(
            "java.", "javax.", "jdk.", "com.sun.security.", "org.slf4j.", "org.jspecify.", "com.google.errorprone.");

    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);

    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?((?:[a-z]\\w*\\.)+)[A-Z]", Pattern.MULTILINE);

    /** Names that are written out in the code. */
    private static final Pattern NAME = Pattern.compile("\\b((?:[a-z][a-z0-9]*\\.){2,})[A-Z]\\w*");

    private static final Pattern COMMENT =
            Pattern.compile("\"\"\".*?\"\"\"|/\\*.*?\\*/|//[^\\n]*|\"(?:\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);

    /**
     * One package of the plan.
     *
     * @param module the directory of its Maven module
     * @param name the whole name of the package
     * @param uses the whole names of packages of ours that it may import
     * @param libraries words of {@link #LIBRARIES}
     */
    private record Place(String module, String name, Set<String> uses, Set<String> libraries) {}

    private final String page = read(ROOT.resolve("docs/architecture.md"));
    private final Map<String, Place> plan = plan(page);

    @Test
    void everyPackageIsInThePlanAndThePlanNamesNoOther() {
        Map<String, String> found = new TreeMap<>();
        sources().forEach((file, text) -> found.put(packageOf(text), moduleOf(file)));
        Map<String, String> planned = new TreeMap<>();
        plan.values().forEach(place -> planned.put(place.name(), place.module()));

        assertThat(found).as(page).isEqualTo(planned);
    }

    @Test
    void everyModuleIsInThePlan() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 3)) {
            Set<String> modules = files.filter(file -> file.endsWith("pom.xml"))
                    .filter(file -> Files.isDirectory(file.resolveSibling("src/main/java")))
                    .map(file -> ROOT.relativize(file.getParent()).toString())
                    .collect(Collectors.toCollection(TreeSet::new));

            assertThat(modules)
                    .as(page)
                    .isEqualTo(
                            plan.values().stream().map(Place::module).collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @Test
    void packagesImportOnlyWhatThePlanAllows() {
        List<String> broken = new ArrayList<>();
        sources().forEach((file, text) -> {
            Place place = plan.get(packageOf(text));
            assertThat(place).as(page).isNotNull();
            for (String name : namesIn(text)) {
                boolean allowed = name.startsWith("org.dtssync.")
                        ? name.equals(place.name()) || place.uses().contains(name)
                        : isOpenTo(place, name + ".");
                if (!allowed) {
                    broken.add(ROOT.relativize(file) + " imports " + name);
                }
            }
        });

        assertThat(broken).as(page).isEmpty();
    }

    @Test
    void thePlanAllowsNothingThatNobodyUses() {
        Map<String, Set<String>> used = new TreeMap<>();
        sources()
                .forEach((file, text) -> used.computeIfAbsent(packageOf(text), name -> new TreeSet<>())
                        .addAll(namesIn(text)));
        List<String> unused = new ArrayList<>();
        for (Place place : plan.values()) {
            Set<String> names = used.getOrDefault(place.name(), Set.of());
            place.uses().stream()
                    .filter(name -> !names.contains(name))
                    .forEach(name -> unused.add(place.name() + " does not use " + name));
            place.libraries().stream()
                    .filter(library -> names.stream().noneMatch(name -> isOf(library, name + ".")))
                    .forEach(library -> unused.add(place.name() + " does not use " + library));
        }

        assertThat(unused).as(page).isEmpty();
    }

    @Test
    void nothingDependsOnItselfThroughOthers() {
        List<String> order = new ArrayList<>();
        Set<String> open = new TreeSet<>(plan.keySet());
        while (!open.isEmpty()) {
            List<String> free = plan.values().stream()
                    .filter(place -> open.contains(place.name()))
                    .filter(place -> place.uses().stream().noneMatch(open::contains))
                    .map(Place::name)
                    .toList();
            assertThat(free).as("A cycle among " + open + "\n" + page).isNotEmpty();
            order.addAll(free);
            open.removeAll(Set.copyOf(free));
        }
        assertThat(order).hasSameSizeAs(plan.keySet());
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarkedAndNoFileIsTooLong() {
        List<String> wrong = new ArrayList<>();
        sources().forEach((file, text) -> {
            if (text.lines().count() > MOST_LINES) {
                wrong.add(ROOT.relativize(file) + " has more than " + MOST_LINES + " lines: split it");
            }
        });
        Set<Path> directories =
                sources().keySet().stream().map(Path::getParent).collect(Collectors.toCollection(TreeSet::new));
        directories.stream()
                .filter(directory -> !isNullMarked(directory.resolve("package-info.java")))
                .forEach(directory ->
                        wrong.add(ROOT.relativize(directory) + " has no package-info.java with @NullMarked"));

        assertThat(wrong).isEmpty();
    }

    private static boolean isNullMarked(Path description) {
        try {
            return Files.exists(description) && Files.readString(description).contains("\n@NullMarked\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOpenTo(Place place, String name) {
        return place.libraries().stream().anyMatch(library -> isOf(library, name))
                || (OPEN.stream().anyMatch(name::startsWith)
                        && LIBRARIES.keySet().stream().noneMatch(library -> isOf(library, name)));
    }

    private static boolean isOf(String library, String name) {
        return LIBRARIES.getOrDefault(library, List.of()).stream().anyMatch(name::startsWith);
    }

    /** Returns the packages that a source names, without comments and texts. */
    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        String code = COMMENT.matcher(text).replaceAll("");
        for (Pattern pattern : List.of(IMPORT, NAME)) {
            Matcher matcher = pattern.matcher(code);
            while (matcher.find()) {
                names.add(matcher.group(1).substring(0, matcher.group(1).length() - 1));
            }
        }
        return names;
    }

    private static Map<String, Place> plan(String page) {
        Map<String, Place> places = new LinkedHashMap<>();
        String module = "";
        for (String line : page.lines().filter(line -> line.startsWith("| ")).toList()) {
            List<String> cells =
                    Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            if (cells.size() != 7 || cells.get(1).equals("module")) {
                continue;
            }
            module = cells.get(1).isEmpty()
                    ? module
                    : words(cells.get(1)).iterator().next();
            String name = words(cells.get(2)).iterator().next();
            Set<String> uses = words(cells.get(4)).stream()
                    .map(ArchitectureTest::fullName)
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> libraries = Arrays.stream(cells.get(5).split(", "))
                    .filter(word -> !word.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new));
            places.put(fullName(name), new Place(module, fullName(name), uses, libraries));
        }
        return places;
    }

    private static Set<String> words(String cell) {
        Matcher matcher = Pattern.compile("`([^`]+)`").matcher(cell);
        Set<String> words = new TreeSet<>();
        while (matcher.find()) {
            words.add(matcher.group(1));
        }
        return words;
    }

    private static String fullName(String name) {
        return switch (name) {
            case "schemas" -> "org.dtssync.schemas";
            case "fault",
                    "secrets",
                    "postgres",
                    "kafka",
                    "avro",
                    "chain",
                    "values",
                    "capture",
                    "capture.debezium",
                    "read",
                    "apply" -> "org.dtssync.connectors." + name;
            default -> "org.dtssync.app." + name;
        };
    }

    private static String packageOf(String text) {
        Matcher matcher = PACKAGE.matcher(text);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private static String moduleOf(Path file) {
        String path = ROOT.relativize(file).toString();
        return path.substring(0, path.indexOf("/src/main/java/"));
    }

    private static Map<Path, String> sources() {
        Map<Path, String> sources = new TreeMap<>();
        for (String directory : List.of("schemas", "connectors", "pipeline-app")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
                files.filter(file -> file.toString().contains("/src/main/java/"))
                        .filter(file -> file.toString().endsWith(".java") && !file.endsWith("package-info.java"))
                        .forEach(file -> sources.put(file, read(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
