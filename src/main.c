/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <linux/close_range.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"
#include "base/i18n.h"
#include "cmd.h"

enum {
	OPTION_CONFIG = 256,
	OPTION_ROOT,
	OPTION_METADATA,
	OPTION_SITE,
	OPTION_JSON,
	OPTION_NO_SECRET,
	OPTION_REVERT,
	OPTION_YES,
	OPTION_KEEP_KEYS,
	OPTION_WATCH,
	OPTION_QUIET,
	OPTION_VERSION,
};

/* Bits of the options that a command takes. */
enum {
	TAKES_CONFIG = 1 << 0,
	TAKES_ROOT = 1 << 1,
	TAKES_METADATA = 1 << 2,
	TAKES_SITE = 1 << 3,
	TAKES_JSON = 1 << 4,
	TAKES_NO_SECRET = 1 << 5,
	TAKES_REVERT = 1 << 6,
	TAKES_YES = 1 << 7,
	TAKES_KEEP_KEYS = 1 << 8,
	TAKES_WATCH = 1 << 9,
	TAKES_QUIET = 1 << 10,
	TAKES_INPUT = TAKES_CONFIG | TAKES_ROOT | TAKES_METADATA,
};

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	unsigned takes;
	const char *help;
} commands[] = {
	{"apply", cmd_apply, TAKES_INPUT | TAKES_QUIET,
	 N_("bring the machine to what settings and metadata say")},
	{"plan", cmd_plan, TAKES_INPUT | TAKES_JSON,
	 N_("show what apply would do; exit status 0: nothing, 1: something")},
	{"status", cmd_status, TAKES_INPUT | TAKES_JSON | TAKES_WATCH,
	 N_("show how the relay is doing")},
	{"verify", cmd_verify, TAKES_CONFIG | TAKES_METADATA | TAKES_JSON | TAKES_SITE,
	 N_("prove each part of the relay, and say what is wrong")},
	{"script", cmd_script, TAKES_INPUT | TAKES_SITE | TAKES_NO_SECRET | TAKES_REVERT,
	 N_("print the RouterOS script for the router at home")},
	{"revert", cmd_revert, TAKES_CONFIG | TAKES_ROOT | TAKES_YES | TAKES_KEEP_KEYS,
	 N_("put the machine back as it was before the first apply")},
};

static const struct option long_options[] = {
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"root", required_argument, NULL, OPTION_ROOT},
	{"metadata", required_argument, NULL, OPTION_METADATA},
	{"site", required_argument, NULL, OPTION_SITE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"no-secret", no_argument, NULL, OPTION_NO_SECRET},
	{"revert", no_argument, NULL, OPTION_REVERT},
	{"yes", no_argument, NULL, OPTION_YES},
	{"keep-keys", no_argument, NULL, OPTION_KEEP_KEYS},
	{"watch", no_argument, NULL, OPTION_WATCH},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static void print_help(FILE *out)
{
	fprintf(out,
		_("Usage: sixrelay COMMAND [OPTION]...\n\n"
		  "Makes a Vultr instance the IPv6 relay of a LAN behind a MikroTik router.\n\n"
		  "Commands:\n"));
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s  %s\n", commands[i].name, _(commands[i].help));
	fprintf(out, _("\nOptions:\n"
		       "  --config FILE        settings (default: /etc/sixrelay.conf)\n"
		       "  --metadata URL|FILE  metadata (default: Vultr's service)\n"
		       "  --root DIR           work on the files below DIR; no unit, no kernel\n"
		       "  --site NAME          script, verify: one of several sites\n"
		       "  --no-secret          script: leave the private key out\n"
		       "  --revert             script: the one that takes all back\n"
		       "  --yes                revert: don't ask\n"
		       "  --keep-keys          revert: leave the keys\n"
		       "  --quiet              apply: say nothing when nothing changed\n"
		       "  --watch              status: show it again every two seconds\n"
		       "  --json               plan, status, verify: for machines\n"
		       "  -v, --verbose        say more\n"
		       "  --version            print the version\n"
		       "  -h, --help           print this\n"));
}

static int usage_error(const char *what, const char *word)
{
	fprintf(stderr, _("sixrelay: %s: %s\nTry: sixrelay --help\n"), word, what);
	return EXIT_USAGE;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

/* An option that the command has no use for is a mistake, and said so. */
static int check_options(const struct command *command, const struct options *options)
{
	const struct {
		bool given;
		unsigned bit;
		const char *name;
	} checks[] = {
		{options->config, TAKES_CONFIG, "--config"},
		{options->root, TAKES_ROOT, "--root"},
		{options->metadata, TAKES_METADATA, "--metadata"},
		{options->site, TAKES_SITE, "--site"},
		{options->json, TAKES_JSON, "--json"},
		{options->no_secret, TAKES_NO_SECRET, "--no-secret"},
		{options->revert, TAKES_REVERT, "--revert"},
		{options->yes, TAKES_YES, "--yes"},
		{options->keep_keys, TAKES_KEEP_KEYS, "--keep-keys"},
		{options->watch, TAKES_WATCH, "--watch"},
		{options->quiet, TAKES_QUIET, "--quiet"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i].given && !(command->takes & checks[i].bit))
			return usage_error(_("not an option of this command"), checks[i].name);
	return EXIT_SUCCESS;
}

/* Private keys pass through this process: no core dump, no debugger of another user, no file that
 * is wider than asked for, no descriptor of the caller's that a child would get. Its children, who
 * see keys as well, have only the limit to keep them from dumping. */
static void prepare_process(void)
{
	const struct rlimit none = {0};

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	umask(0022);
	signal(SIGPIPE, SIG_IGN);
	/* Ignored, as a caller may have it, the kernel throws exit statuses away. */
	signal(SIGCHLD, SIG_DFL);
	syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* Ends without taking down what the TLS libraries below libcurl set up as they were loaded: that
 * takes longer than all else that a run with nothing to do does by itself. */
static _Noreturn void leave(int status)
{
	fflush(NULL);
	_exit(status);
}

int main(int argc, char *argv[])
{
	struct options options = {0};
	const struct command *command;
	int option;

	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	prepare_process();

	while ((option = getopt_long(argc, argv, "hv", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_CONFIG:
			options.config = optarg;
			break;
		case OPTION_ROOT:
			options.root = optarg;
			break;
		case OPTION_METADATA:
			options.metadata = optarg;
			break;
		case OPTION_SITE:
			options.site = optarg;
			break;
		case OPTION_JSON:
			options.json = true;
			break;
		case OPTION_NO_SECRET:
			options.no_secret = true;
			break;
		case OPTION_REVERT:
			options.revert = true;
			break;
		case OPTION_YES:
			options.yes = true;
			break;
		case OPTION_KEEP_KEYS:
			options.keep_keys = true;
			break;
		case OPTION_WATCH:
			options.watch = true;
			break;
		case OPTION_QUIET:
			options.quiet = true;
			break;
		case 'v':
			options.verbose = true;
			break;
		case OPTION_VERSION:
			puts(PACKAGE_STRING);
			return cmd_flush();
		case 'h':
			print_help(stdout);
			return cmd_flush();
		default: /* getopt has said what is wrong */
			fputs(_("Try: sixrelay --help\n"), stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	command = find_command(argv[optind]);
	if (!command)
		return usage_error(_("no such command; there are apply, plan, status, verify, "
				     "script and revert"),
				   argv[optind]);
	if (optind + 1 < argc)
		return usage_error(_("one word too many"), argv[optind + 1]);
	option = check_options(command, &options);
	if (option != EXIT_SUCCESS)
		return option;
	leave(command->run(&options));
}
