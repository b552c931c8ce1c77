package org.dtssync.app.base;

/**
 * A column of a table in a base.
 *
 * @param name its name
 * @param type its type with modifiers, as SQL
 * @param typeName its type's bare name, as records of the topics have it
 */
public record BaseColumn(String name, String type, String typeName) {}
