# One program a module, each with its own check; unit.c is what they share.
check_LIBRARIES =
check_PROGRAMS = tests/unit/judge
TESTS =
unit_programs = \
	tests/unit/check_announce \
	tests/unit/check_authorized_keys \
	tests/unit/check_backoff \
	tests/unit/check_before \
	tests/unit/check_buf \
	tests/unit/check_changes \
	tests/unit/check_conf \
	tests/unit/check_console \
	tests/unit/check_diff \
	tests/unit/check_error \
	tests/unit/check_fetch \
	tests/unit/check_file \
	tests/unit/check_file_tree \
	tests/unit/check_firewall \
	tests/unit/check_frame \
	tests/unit/check_http \
	tests/unit/check_inventory \
	tests/unit/check_ip \
	tests/unit/check_iptables \
	tests/unit/check_kernel_ra \
	tests/unit/check_link_name \
	tests/unit/check_lock \
	tests/unit/check_picture \
	tests/unit/check_nft \
	tests/unit/check_picture \
	tests/unit/check_plan \
	tests/unit/check_probe \
	tests/unit/check_process \
	tests/unit/check_prove \
	tests/unit/check_ra_route \
	tests/unit/check_redraw \
	tests/unit/check_relay \
	tests/unit/check_render \
	tests/unit/check_revert_plan \
	tests/unit/check_routeros \
	tests/unit/check_shown \
	tests/unit/check_sshd \
	tests/unit/check_state \
	tests/unit/check_state_before \
	tests/unit/check_status \
	tests/unit/check_subject \
	tests/unit/check_template \
	tests/unit/check_terminal \
	tests/unit/check_told \
	tests/unit/check_ufw \
	tests/unit/check_unit_links \
	tests/unit/check_units \
	tests/unit/check_vultr \
	tests/unit/check_wg_dump \
	tests/unit/check_wg_key \
	tests/unit/check_wrap

if HAVE_CHECK
check_LIBRARIES += tests/unit/libunit.a
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)
else !HAVE_CHECK
TESTS += tests/unit/no-check
endif !HAVE_CHECK

# Live proofs by hand, and for the lab.
check_PROGRAMS += tests/unit/prove
tests_unit_prove_LDADD = $(LIBS_ALL)

# The command line, through pytest.
TESTS += tests/cli/run

# What tests/lab/test_firewall_verdicts.py runs.
tests_unit_judge_LDADD = $(LIBS_ALL)

tests_unit_libunit_a_SOURCES = \
	tests/unit/bus_server.c tests/unit/bus_server.h \
	tests/unit/golden.c tests/unit/golden.h \
	tests/unit/http_server.c tests/unit/http_server.h \
	tests/unit/sample.c tests/unit/sample.h \
	tests/unit/state_case.c tests/unit/state_case.h \
	tests/unit/unit.c tests/unit/unit.h
tests_unit_libunit_a_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
# For every program that names no libraries of its own, which are the tests.
LDADD = tests/unit/libunit.a $(LIBS_ALL) $(CHECK_LIBS)

# Writes what the renderers give today; look at the difference before you commit it.
update-golden: tests/unit/check_render tests/unit/check_picture tests/unit/check_status
	for check in $^; do srcdir=$(srcdir) UPDATE_GOLDEN=1 CK_FORK=no $$check || exit 1; done
	cd $(srcdir) && /usr/bin/python3 -m tests.script.readme
.PHONY: update-golden

EXTRA_DIST += tests/__init__.py tests/cli/__init__.py tests/cli/conftest.py \
	tests/cli/hostile.py tests/cli/hostile_documents.py tests/cli/hostile_http.py \
	tests/cli/hostile_metadata.py tests/cli/hostile_root.py tests/cli/hostile_settings.py \
	tests/cli/http_answers.py tests/cli/recall.py tests/cli/run tests/cli/test_cli.py \
	tests/cli/test_hostile_http.py tests/cli/test_hostile_metadata.py \
	tests/cli/test_hostile_recall.py tests/cli/test_hostile_root.py \
	tests/cli/test_hostile_settings.py tests/cli/test_hostile_waiting.py tests/cli/test_memory.py \
	tests/cli/test_revert.py tests/data tests/golden tests/memory.py tests/program.py \
	tests/secret.py tests/unit/no-check
