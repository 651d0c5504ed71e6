/* SPDX-License-Identifier: MIT */
#pragma once

struct apply;
struct error;
struct plan;
struct step;

/* Has sshd read its settings, as the step says. A reload that fails leaves it with what it had: so
 * the drop-in, if this plan has written it, becomes what it was before, for its next start to find.
 * An sshd that died of it is started. */
int sshd_reload(const struct apply *apply, const struct plan *plan, const struct step *step,
		struct error *err);

/* Makes the drop-in what stood there before the first apply; what somebody made of ours is kept. */
int sshd_take_back(const struct apply *apply, struct error *err);
