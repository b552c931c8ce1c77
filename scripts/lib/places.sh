# Sourced by the scripts that start something: where the build puts it. Expects $project, the repository's directory.

# What runs in production.
distribution=$project/pipeline-app/cli/target/dts-sync
# What is added to try things and to test: embedded servers and the quickstart.
sandbox=$project/pipeline-app/sandbox/target/sandbox
# Beside the distribution: it fits this machine's Java alone.
class_archive=$project/pipeline-app/cli/target/classes.jsa

# Prints the class path of all of it.
class_path() {
    # Ours comes first: it has a mended class of Debezium's, and Java takes the jars of a directory in no certain order.
    for stream in "$distribution"/lib/dts-sync-stream-*.jar; do :; done
    printf '%s' "$stream:$distribution/lib/*:$sandbox/lib/*"
}
