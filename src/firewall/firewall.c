/* SPDX-License-Identifier: MIT */
#include "firewall/firewall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/process.h"

#define DEADLINE_MS 10000
/* A country's addresses are some 10,000 elements of a set. */
#define OUTPUT_MAX ((size_t)8 << 20)

int firewall_add_iptables(struct firewall *fw, int family, const char *program, const char *text,
			  struct error *err)
{
	if (fw->count == FIREWALL_IPTABLES_MAX)
		return error_set(err, -E2BIG, "%s", program);
	return iptables_parse(&fw->iptables[fw->count++], family, program, text, err);
}

int firewall_set_nft(struct firewall *fw, const char *text, struct error *err)
{
	nft_clear(&fw->nft);
	fw->has_nft = true;
	return nft_parse(&fw->nft, text, err);
}

void firewall_clear(struct firewall *fw)
{
	for (size_t i = 0; i < fw->count; i++)
		iptables_clear(&fw->iptables[i]);
	nft_clear(&fw->nft);
	*fw = FIREWALL_INIT;
}

static int ask(const char *const argv[], struct buf *out, struct error *err)
{
	struct process process = {.argv = argv,
				  .input = -1,
				  .extra = -1,
				  .deadline_ms = DEADLINE_MS,
				  .output_only = true,
				  .output_max = OUTPUT_MAX};
	int status = process_run(&process, out, err);

	if (status < 0)
		return status;
	if (status > 0)
		return error_set(err, -EPROTO, _("%s: exit status %d"), argv[0], status);
	if (out->error)
		return error_errno(err, out->error, "%s", argv[0]);
	if (out->len >= OUTPUT_MAX)
		return error_set(err, -EFBIG, _("%s: too many rules"), argv[0]);
	return 0;
}

static int ask_iptables(struct firewall *fw, int family, const char *save, const char *program,
			struct error *err)
{
	const char *const argv[] = {save, NULL};
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	int r = ask(argv, &text, err);

	if (r < 0)
		return r;
	return firewall_add_iptables(fw, family, program, buf_str(&text), err);
}

static bool has_legacy(int root, const char *names)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	return file_read(root, names, 4096, &text, NULL, NULL) == 0 && text.len > 0;
}

/* Whether the program that has the plain name is the variant for nftables. */
static bool is_nft(const char *save)
{
	CLEANUP(cleanup_free) char *target = NULL;
	struct process_path path;

	if (process_find(&path, save))
		target = realpath(path.s, NULL);
	return target && strstr(target, "nft");
}

static const struct programs {
	const char *save, *program, *nft_save, *nft_program, *legacy_save, *legacy_program;
	const char *legacy_names;
} programs[] = {
	{"iptables-save", "iptables", "iptables-nft-save", "iptables-nft", "iptables-legacy-save",
	 "iptables-legacy", "/proc/net/ip_tables_names"},
	{"ip6tables-save", "ip6tables", "ip6tables-nft-save", "ip6tables-nft",
	 "ip6tables-legacy-save", "ip6tables-legacy", "/proc/net/ip6_tables_names"},
};

/* Each variant's rules, with the name of the program that changes them. */
static int read_family(struct firewall *fw, int root, int family, struct error *err)
{
	const struct programs *names = &programs[family == AF_INET6];
	bool legacy = has_legacy(root, names->legacy_names);
	struct process_path path;
	int r = 0;

	if (!process_find(&path, names->nft_save)) { /* before there were variants */
		if (!process_find(&path, names->save))
			return 0;
		return ask_iptables(fw, family, names->save, names->program, err);
	}
	if (legacy && process_find(&path, names->legacy_save))
		r = ask_iptables(fw, family, names->legacy_save, names->legacy_program, err);
	if (r < 0)
		return r;
	return ask_iptables(fw, family, names->nft_save,
			    is_nft(names->save) ? names->program : names->nft_program, err);
}

int firewall_read(struct firewall *fw, int root, struct error *err)
{
	static const char *const nft[] = {"nft", "-j", "list", "ruleset", NULL};
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct process_path path;
	int r = read_family(fw, root, AF_INET, err);

	if (r == 0)
		r = read_family(fw, root, AF_INET6, err);
	if (r == 0 && process_find(&path, nft[0])) {
		r = ask(nft, &text, err);
		if (r == 0)
			r = firewall_set_nft(fw, buf_str(&text), err);
	}
	if (r < 0)
		return r;
	for (size_t i = 0; i < fw->count && !fw->has_nft; i++)
		if (fw->iptables[i].incomplete)
			return error_set(err, -ENOENT,
					 _("nft is not installed, and there are rules that only "
					   "it can show"));
	return 0;
}

static int judge(const struct firewall *fw, struct scene *scene, bool early, struct ruling *ruling)
{
	for (size_t i = 0; i < fw->count; i++)
		if (iptables_judge(&fw->iptables[i], scene, early, ruling) < 0)
			return -ENOMEM;
	return nft_judge(&fw->nft, fw->iptables, fw->count, scene, early, ruling);
}

enum verdict firewall_judge(const struct firewall *fw, const struct flow *flow, struct why *why)
{
	struct scene scene = {.flow = flow};
	struct ruling ruling = {.verdict = VERDICT_ACCEPT};

	if (judge(fw, &scene, true, &ruling) < 0 || judge(fw, &scene, false, &ruling) < 0) {
		*why = (struct why){.rule = "no memory"};
		return VERDICT_UNKNOWN;
	}
	*why = ruling.why;
	/* Another destination may suit the rule that drops. */
	if (ruling.rewritten && ruling.verdict == VERDICT_DROP)
		return VERDICT_UNKNOWN;
	return ruling.verdict;
}
