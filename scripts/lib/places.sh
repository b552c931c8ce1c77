# Sourced by the scripts that start something: where the build puts it. Expects $project, the repository directory.

# What runs in production.
distribution=$project/pipeline-app/cli/target/dts-sync
# What is added for trials and tests: embedded servers and the quickstart.
sandbox=$project/pipeline-app/sandbox/target/sandbox
# Next to the distribution: it matches only this machine's Java.
class_archive=$project/pipeline-app/cli/target/classes.jsa

# Prints the class path of all of it.
class_path() {
    printf '%s' "$distribution/lib/*:$sandbox/lib/*"
}
