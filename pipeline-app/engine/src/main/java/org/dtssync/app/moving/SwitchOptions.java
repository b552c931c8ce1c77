package org.dtssync.app.moving;

/**
 * How applications are moved.
 *
 * @param dryRun only check the preconditions and compare
 * @param rehearse go through everything up to the fence and back
 * @param skipVerify do not compare both databases first
 */
public record SwitchOptions(boolean dryRun, boolean rehearse, boolean skipVerify) {}
