package org.dtssync.app.generator;

/**
 * A column of a generated table or view.
 *
 * @param name its name, unquoted
 * @param type its type
 * @param isFilled whether an INSERT gives it a value: it is neither generated, nor an identity, nor drawn from a sequence
 * @param isNullable whether it may be left out
 */
record Column(String name, ValueType type, boolean isFilled, boolean isNullable) {

    String quoted() {
        return Draft.quote(name);
    }
}
