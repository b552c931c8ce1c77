package org.dtssync.app.structure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * An order of numbered steps, each after those it needs and otherwise by its number. Steps in a circle come by their number.
 *
 * @param needs what each step needs, by its number
 */
record PreferredOrder(List<Set<Integer>> needs) {

    /** Returns the numbers in their order. */
    List<Integer> places() {
        List<List<Integer>> dependents = new ArrayList<>();
        needs.forEach(absent -> dependents.add(new ArrayList<>()));
        int[] open = new int[needs.size()];
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int step = 0; step < needs.size(); step++) {
            open[step] = needs.get(step).size();
            for (int need : needs.get(step)) {
                dependents.get(need).add(step);
            }
            if (open[step] == 0) {
                ready.add(step);
            }
        }
        List<Integer> order = new ArrayList<>();
        Set<Integer> placed = new HashSet<>();
        int next = 0;
        while (order.size() < needs.size()) {
            while (ready.isEmpty()) {
                if (!placed.contains(next)) {
                    ready.add(next);
                }
                next++;
            }
            int step = ready.poll();
            if (placed.add(step)) {
                order.add(step);
                for (int dependent : dependents.get(step)) {
                    if (--open[dependent] == 0) {
                        ready.add(dependent);
                    }
                }
            }
        }
        return order;
    }
}
