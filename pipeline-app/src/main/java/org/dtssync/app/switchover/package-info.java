/**
 * What moving the applications does to a database beside the stream: gates, the fence against writes, sequences, the endpoint.
 *
 * <p>Reads from and writes to both databases by SQL. The pipeline calls it in order.
 */
package org.dtssync.app.switchover;
