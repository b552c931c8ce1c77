package org.dtssync.app.inventory;

import java.util.List;
import java.util.Optional;

/**
 * One object as a catalog has it, and by what a statement that makes it can be recognized.
 *
 * @param key where it is in its catalog; that of the object it is a property of, for a property
 * @param property whether it is a property of the object with that key, such as a comment, and not the object itself
 * @param kind what it is, in words for people
 * @param identity what PostgreSQL calls it, the same in every database
 * @param schema the schema that the selection decides by; empty if it has none, or if another object decides
 * @param name the name that the selection decides by; empty like the schema
 * @param parents what it is a part of: it is left out with each of them
 * @param evidence by what a statement that makes it can be recognized
 * @param targets how statements about it name it, for example {@code TABLE public.orders}
 * @param count how many objects this stands for; none if it only has properties worth a row of their own
 * @param remedy SQL that makes it by hand; empty if it is found out only when it is needed
 */
record CatalogObject(
        ObjectKey key,
        boolean property,
        String kind,
        String identity,
        Optional<String> schema,
        Optional<String> name,
        List<ObjectKey> parents,
        Evidence evidence,
        List<String> targets,
        long count,
        Optional<String> remedy) {

    CatalogObject {
        parents = List.copyOf(parents);
        targets = List.copyOf(targets);
    }

    /** Returns kind and identity, by which it is recognized in another database. */
    String title() {
        return kind + " " + identity;
    }

    /**
     * What shows that a statement makes an object; one of these is enough.
     *
     * @param names names of the task's schema objects, for example {@code index:public.orders_by_day}
     * @param clauses beginnings of clauses, in any statement
     * @param column a column that the statement of a parent must declare; empty if it is not about a column
     * @param words of these, one must stand in that declaration
     * @param contents all of these must stand in the statement of a parent
     * @param implied whether it comes with its parents without a word about it
     */
    record Evidence(
            List<String> names,
            List<String> clauses,
            Optional<String> column,
            List<String> words,
            List<String> contents,
            boolean implied) {

        Evidence {
            names = List.copyOf(names);
            clauses = List.copyOf(clauses);
            words = List.copyOf(words);
            contents = List.copyOf(contents);
        }

        /** What comes with its parents. */
        static final Evidence IMPLIED =
                new Evidence(List.of(), List.of(), Optional.empty(), List.of(), List.of(), true);

        /** Returns the evidence of clauses alone. */
        static Evidence ofClauses(List<String> clauses) {
            return new Evidence(List.of(), clauses, Optional.empty(), List.of(), List.of(), false);
        }
    }
}
