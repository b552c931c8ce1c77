package org.dtssync.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every relative link of every page leads to a file, and to a heading where it names one; the map lists every page. */
class DocumentationLinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern CODE_BLOCK = Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+?) *$", Pattern.MULTILINE);

    private final Repository repository = Repository.find();

    @Test
    void everyRelativeLinkResolves() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : repository.files(".md")) {
            for (String link : links(page)) {
                if (!resolves(page, link)) {
                    broken.add(repository.name(page) + ": " + link);
                }
            }
        }

        assertThat(broken).as("links that lead nowhere").isEmpty();
    }

    @Test
    void theMapLeadsToEveryPage() throws IOException {
        Set<Path> reached = new HashSet<>();
        Path map = repository.root().resolve("docs/index.md");
        reached.add(map);
        for (Path page : List.of(map, repository.root().resolve("docs/decisions/README.md"))) {
            for (String link : links(page)) {
                reached.add(page.resolveSibling(link.replaceFirst("#.*", "")).normalize());
            }
        }

        assertThat(repository.files(".md"))
                .as("pages that docs/index.md leads to")
                .allMatch(reached::contains);
    }

    private static List<String> links(Path page) throws IOException {
        String prose = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
        return LINK.matcher(prose)
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.contains(":"))
                .toList();
    }

    private static boolean resolves(Path page, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return parts.length == 1 || anchors(target).contains(parts[1]);
    }

    /** Returns what the headings of a page can be linked by, as the common hosting platforms derive it. */
    private static Set<String> anchors(Path page) throws IOException {
        String text = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
        Map<String, Integer> seen = new HashMap<>();
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(text)
                .results()
                .map((MatchResult heading) -> heading.group(1))
                .forEach(heading -> {
                    String anchor = heading.toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-');
                    int times = seen.merge(anchor, 1, Integer::sum);
                    anchors.add(times == 1 ? anchor : anchor + "-" + (times - 1));
                });
        return anchors;
    }
}
