# Sourced by the scripts that start something: where the build puts it. Expects $project, the repository directory.

# What runs in production.
distribution=$project/pipeline-app/cli/target/dts-sync
# What is added for trials and tests: embedded servers and the quickstart.
sandbox=$project/pipeline-app/sandbox/target/sandbox
# Next to the distribution: it matches only this machine's Java.
class_archive=$project/pipeline-app/cli/target/classes.jsa

# Prints the class path of all of it.
class_path() {
    # Our jar comes first: it contains patched Debezium classes, and Java loads the jars of a directory in no defined order.
    for stream in "$distribution"/lib/dts-sync-stream-*.jar; do :; done
    printf '%s' "$stream:$distribution/lib/*:$sandbox/lib/*"
}
