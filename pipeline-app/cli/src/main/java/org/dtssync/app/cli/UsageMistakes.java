package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Explains in one sentence what is wrong with a command line, and suggests the nearest command or option. Stateless. */
final class UsageMistakes {

    private UsageMistakes() {}

    /** Prints the sentence and where to find help; returns the exit code. */
    static int explain(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(sentence(e, command));
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static String sentence(ParameterException e, CommandLine command) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched, command);
        }
        boolean commandMissing = !command.getSubcommands().isEmpty()
                && !(command.getCommand() instanceof Callable)
                && !(e instanceof CommandLine.MissingParameterException);
        if (commandMissing) {
            return "No command given. Commands: "
                    + String.join(", ", command.getSubcommands().keySet()) + ".";
        }
        String message = String.valueOf(e.getMessage());
        return message.endsWith(".") ? message : message + ".";
    }

    private static String unmatched(UnmatchedArgumentException e, CommandLine command) {
        String argument = e.getUnmatched().get(0);
        String kind = "Unexpected argument ";
        if (argument.startsWith("-")) {
            kind = "Unknown option ";
        } else if (!command.getSubcommands().isEmpty()) {
            kind = "Unknown command ";
        }
        List<String> meant = kind.equals("Unexpected argument ") ? List.of() : e.getSuggestions();
        return kind + argument + "." + (meant.isEmpty() ? "" : " Did you mean " + lastWord(meant.get(0)) + "?");
    }

    /** Commands are suggested with the names of those they belong to. */
    private static String lastWord(String suggestion) {
        return suggestion.substring(suggestion.lastIndexOf(' ') + 1);
    }
}
