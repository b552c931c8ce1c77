package org.dtssync.app.tasks;

import java.util.List;
import java.util.Map;
import org.dtssync.app.inventory.Inventory;
import org.dtssync.app.inventory.InventoryItem;
import org.dtssync.app.inventory.Verdict;

/**
 * An evaluation as one page for a browser, without scripts and without other files.
 *
 * @param report the evaluation
 */
record EvaluationPage(EvaluationReport report) {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Evaluation of %1$s</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; width: 100%%; margin: 0.5rem 0 2rem; }
            th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem; border-bottom: 1px solid #8884; }
            td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
            pre { margin: 0.25rem 0 0; white-space: pre-wrap; font-size: 0.85em; }
            details { margin: 1rem 0; }
            summary { cursor: pointer; font-weight: 600; }
            tr.total td { font-weight: 600; }
            </style>
            </head>
            <body>
            <h1>Evaluation of %1$s</h1>
            <p>%2$s</p>
            """;

    String html() {
        StringBuilder page = new StringBuilder();
        String text = report.text();
        page.append(HEAD.formatted(escaped(report.task()), escaped(text.substring(text.lastIndexOf('\n') + 1))));
        counts(page);
        section(page, "To be made by hand", true, wholes());
        section(
                page,
                "Left out by the selection, but needed by objects of the task",
                true,
                report.inventory().needed());
        section(page, "Left out by the selection", false, report.inventory().leftOut());
        section(page, "All objects", false, report.inventory().items());
        return page.append("</body>\n</html>").toString();
    }

    /** What has to be made by hand, each with the SQL of what belongs to it. */
    private List<InventoryItem> wholes() {
        Inventory inventory = report.inventory();
        return inventory.byHand().stream()
                .map(item -> item.withSql(String.join("\n", inventory.sqlOfWhole(item))))
                .toList();
    }

    private void counts(StringBuilder page) {
        page.append("<table>\n<tr><th>Kind</th>");
        for (Verdict verdict : Verdict.values()) {
            page.append("<th class=\"number\">").append(verdict.title()).append("</th>");
        }
        page.append("</tr>\n");
        report.inventory().counts().forEach((kind, counts) -> row(page, kind, counts));
        page.append("<tr class=\"total\"><td>total</td>");
        for (Verdict verdict : Verdict.values()) {
            number(page, report.inventory().count(verdict));
        }
        page.append("</tr>\n</table>\n");
    }

    private static void row(StringBuilder page, String kind, Map<Verdict, Long> counts) {
        page.append("<tr><td>").append(escaped(kind)).append("</td>");
        for (Verdict verdict : Verdict.values()) {
            number(page, counts.getOrDefault(verdict, 0L));
        }
        page.append("</tr>\n");
    }

    private static void number(StringBuilder page, long number) {
        page.append("<td class=\"number\">").append(number == 0 ? "" : number).append("</td>");
    }

    private static void section(StringBuilder page, String title, boolean open, List<InventoryItem> items) {
        page.append(open ? "<details open>" : "<details>")
                .append("<summary>")
                .append(title)
                .append(" (")
                .append(items.size())
                .append(")</summary>\n<table>\n<tr><th>Object</th><th>Verdict</th><th>Why and what to do</th></tr>\n");
        for (InventoryItem item : items) {
            page.append("<tr><td>")
                    .append(escaped(item.title()))
                    .append("</td><td>")
                    .append(item.verdict().title())
                    .append("</td><td>")
                    .append(escaped(item.reason()));
            if (!item.neededBy().isEmpty()) {
                page.append(" Needed by ")
                        .append(escaped(String.join(", ", item.neededBy())))
                        .append('.');
            }
            item.sql()
                    .ifPresent(sql ->
                            page.append("<pre>").append(escaped(sql.strip())).append("</pre>"));
            page.append("</td></tr>\n");
        }
        page.append("</table>\n</details>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
