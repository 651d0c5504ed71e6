/* SPDX-License-Identifier: MIT */
#include "prove/firewall.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
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

/* The program that the administrator's iptables is, and the other variant where it has rules. */
static int read_family(struct firewall *fw, int root, int family, struct error *err)
{
	static const struct {
		int family;
		const char *save, *program, *nft_save, *nft_program, *legacy_save, *legacy_program;
		const char *legacy_names;
	} known[] = {
		{AF_INET, "iptables-save", "iptables", "iptables-nft-save", "iptables-nft",
		 "iptables-legacy-save", "iptables-legacy", "/proc/net/ip_tables_names"},
		{AF_INET6, "ip6tables-save", "ip6tables", "ip6tables-nft-save", "ip6tables-nft",
		 "ip6tables-legacy-save", "ip6tables-legacy", "/proc/net/ip6_tables_names"},
	};
	size_t i = family == AF_INET ? 0 : 1;
	bool legacy = has_legacy(root, known[i].legacy_names), nftables = false;
	struct process_path path;
	int r;

	if (process_find(&path, known[i].save)) {
		r = ask_iptables(fw, family, known[i].save, known[i].program, err);
		if (r < 0)
			return r;
		nftables = fw->iptables[fw->count - 1].nftables;
	}
	if (nftables && legacy && process_find(&path, known[i].legacy_save))
		return ask_iptables(fw, family, known[i].legacy_save, known[i].legacy_program, err);
	/* It says nothing of itself where it has no table. */
	if (!nftables && legacy && process_find(&path, known[i].legacy_save)) {
		iptables_clear(&fw->iptables[--fw->count]);
		r = ask_iptables(fw, family, known[i].legacy_save, known[i].legacy_program, err);
		if (r < 0)
			return r;
	}
	if (!nftables && process_find(&path, known[i].nft_save))
		return ask_iptables(fw, family, known[i].nft_save, known[i].nft_program, err);
	return 0;
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

enum verdict firewall_judge(const struct firewall *fw, const struct packet *packet, struct why *why)
{
	struct scene scene = {.packet = packet};
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
