package org.dtssync.app.precheck;

import org.dtssync.app.precheck.PrecheckItem.Result;

/** What a person reads of a finding. */
record Finding(String id, String object, Result result, String message, String remedy) {

    static Finding of(PrecheckItem item) {
        return new Finding(item.id(), item.object(), item.result(), item.message(), item.remedy());
    }
}
