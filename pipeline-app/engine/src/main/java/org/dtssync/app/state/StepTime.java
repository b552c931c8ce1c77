package org.dtssync.app.state;

/**
 * How long a step of a switch took, with its two records in the state.
 *
 * @param step its name, as people see it
 * @param seconds as measured by the instance that carried it out
 */
public record StepTime(String step, double seconds) {}
