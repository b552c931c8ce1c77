package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Draws measurements that grow by powers of ten as SVG: time in one line, memory in two. Not thread-safe. */
final class Plot {

    /**
     * One measurement.
     *
     * @param x what grows
     * @param seconds how long it took
     * @param residentMegabytes peak of the process's memory
     * @param heapMegabytes peak of its heap
     */
    record Point(double x, double seconds, double residentMegabytes, double heapMegabytes) {}

    private record Panel(String title, List<Point> points) {}

    private static final int WIDTH = 420;
    private static final int HEIGHT = 300;
    private static final int MARGIN = 60;

    private final List<Panel> panels = new ArrayList<>();

    Plot panel(String title, List<Point> points) {
        panels.add(new Panel(title, points));
        return this;
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                panels.size() * (WIDTH + 2 * MARGIN),
                HEIGHT + 2 * MARGIN));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int i = 0; i < panels.size(); i++) {
            svg.append(String.format(
                    Locale.ROOT, "<g transform=\"translate(%d,%d)\">%n", i * (WIDTH + 2 * MARGIN) + MARGIN, MARGIN));
            draw(panels.get(i), svg);
            svg.append("</g>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private static void draw(Panel panel, StringBuilder svg) {
        if (panel.points().isEmpty()) {
            return;
        }
        Scale x = new Scale(panel.points(), Point::x, WIDTH);
        line(panel, x, Point::seconds, "#1f6feb", "seconds", 0, svg);
        line(panel, x, Point::residentMegabytes, "#d1242f", "resident MB", 1, svg);
        line(panel, x, Point::heapMegabytes, "#8250df", "heap MB", 2, svg);
        svg.append(String.format(
                Locale.ROOT,
                "<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>%n"
                        + "<text x=\"0\" y=\"-12\" font-weight=\"bold\">%s</text>%n",
                WIDTH,
                HEIGHT,
                panel.title()));
        for (Point point : panel.points()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%,.0f</text>%n",
                    x.at(point.x()),
                    HEIGHT + 18,
                    point.x()));
        }
    }

    /** Every line has the height of the panel for itself, from 0 to its highest value, which is written beside it. */
    private static void line(
            Panel panel,
            Scale x,
            ToDoubleFunction<Point> figure,
            String colour,
            String name,
            int number,
            StringBuilder svg) {
        double highest = panel.points().stream().mapToDouble(figure).max().orElse(1);
        StringBuilder points = new StringBuilder();
        for (Point point : panel.points()) {
            double y = HEIGHT - figure.applyAsDouble(point) / Math.max(highest, 1e-9) * (HEIGHT - 20);
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.at(point.x()), y));
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>%n",
                    x.at(point.x()),
                    y,
                    colour,
                    x.at(point.x()) + 5,
                    y - 5,
                    colour,
                    Table.number(figure.applyAsDouble(point))));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                        + "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
                points.toString().strip(),
                colour,
                10 + number * 110,
                HEIGHT + 40,
                colour,
                name));
    }

    /** Places powers of ten at equal distances. */
    private record Scale(double lowest, double highest, int width) {

        Scale(List<Point> points, ToDoubleFunction<Point> figure, int width) {
            this(
                    Math.log10(points.stream().mapToDouble(figure).min().orElse(1)),
                    Math.log10(points.stream().mapToDouble(figure).max().orElse(10)),
                    width);
        }

        double at(double value) {
            return highest == lowest
                    ? width / 2.0
                    : (Math.log10(value) - lowest) / (highest - lowest) * (width - 60) + 20;
        }
    }
}
