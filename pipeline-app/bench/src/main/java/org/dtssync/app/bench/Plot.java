package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Draws measurements that grow by powers of ten as SVG: time above, memory below it. Not thread-safe. */
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

    /** A figure that is drawn: its name, its colour, and on which side of its line the numbers stand. */
    private record Series(String name, String colour, int labelOffset, ToDoubleFunction<Point> figure) {}

    private static final List<Series> TIME = List.of(new Series("seconds", "#1f6feb", -8, Point::seconds));

    private static final List<Series> MEMORY = List.of(
            new Series("resident MB", "#d1242f", -8, Point::residentMegabytes),
            new Series("heap MB", "#8250df", 18, Point::heapMegabytes));

    private static final int WIDTH = 420;
    private static final int HEIGHT = 200;
    private static final int MARGIN = 60;

    /** Room above the highest value for its number. */
    private static final int HEADROOM = 30;

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
                2 * (HEIGHT + MARGIN) + MARGIN));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int i = 0; i < panels.size(); i++) {
            Panel panel = panels.get(i);
            int left = i * (WIDTH + 2 * MARGIN) + MARGIN;
            svg.append(text(left, MARGIN - 30, "start", "black", panel.title()));
            if (!panel.points().isEmpty()) {
                chart(panel, TIME, left, MARGIN, svg);
                chart(panel, MEMORY, left, 2 * MARGIN + HEIGHT, svg);
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private static void chart(Panel panel, List<Series> all, int left, int top, StringBuilder svg) {
        svg.append(String.format(
                Locale.ROOT,
                "<g transform=\"translate(%d,%d)\">%n<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>%n",
                left,
                top,
                WIDTH,
                HEIGHT));
        Scale x = new Scale(panel.points(), Point::x, WIDTH);
        double highest = panel.points().stream()
                .flatMapToDouble(point ->
                        all.stream().mapToDouble(series -> series.figure().applyAsDouble(point)))
                .max()
                .orElse(1);
        for (int i = 0; i < all.size(); i++) {
            line(panel, all.get(i), x, highest, svg);
            svg.append(
                    text(i * 110, -8, "start", all.get(i).colour(), all.get(i).name()));
        }
        for (Point point : panel.points()) {
            svg.append(text(
                    x.at(point.x()), HEIGHT + 18, "middle", "black", String.format(Locale.ROOT, "%,.0f", point.x())));
        }
        svg.append("</g>\n");
    }

    /** All lines of a chart have one scale, which begins at 0. */
    private static void line(Panel panel, Series series, Scale x, double highest, StringBuilder svg) {
        StringBuilder points = new StringBuilder();
        for (Point point : panel.points()) {
            double value = series.figure().applyAsDouble(point);
            double y = HEIGHT - value / Math.max(highest, 1e-9) * (HEIGHT - HEADROOM);
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.at(point.x()), y));
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                    x.at(point.x()),
                    y,
                    series.colour()));
            svg.append(text(
                    x.at(point.x()),
                    y + series.labelOffset(),
                    "middle",
                    series.colour(),
                    String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                points.toString().strip(),
                series.colour()));
    }

    private static String text(double x, double y, String anchor, String colour, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                colour,
                text);
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
                    : (Math.log10(value) - lowest) / (highest - lowest) * (width - 60) + 30;
        }
    }
}
