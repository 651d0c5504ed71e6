# A program a parser, which gives it bytes as anybody may have written them: seeds and corpus in
# `make check`, with any compiler; with configure --enable-fuzzing whatever libFuzzer thinks of
# (tests/fuzz/run).
fuzz_programs = \
	tests/fuzz/fuzz_authorized_keys \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_frame \
	tests/fuzz/fuzz_inventory \
	tests/fuzz/fuzz_iptables \
	tests/fuzz/fuzz_nft \
	tests/fuzz/fuzz_proc \
	tests/fuzz/fuzz_render \
	tests/fuzz/fuzz_routeros \
	tests/fuzz/fuzz_state \
	tests/fuzz/fuzz_ufw \
	tests/fuzz/fuzz_values \
	tests/fuzz/fuzz_vultr \
	tests/fuzz/fuzz_wg_dump

check_PROGRAMS += $(fuzz_programs)
check_LIBRARIES += tests/fuzz/libfuzz.a
tests_fuzz_libfuzz_a_SOURCES = tests/fuzz/flows.c tests/fuzz/flows.h tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h
# What calls the target: libFuzzer, which FUZZ_ENGINE links, or main.c.
if !FUZZING
tests_fuzz_libfuzz_a_SOURCES += tests/fuzz/main.c
TESTS += tests/fuzz/replay
endif !FUZZING
fuzz_libs = tests/fuzz/libfuzz.a $(LIBS_ALL) $(FUZZ_ENGINE)

tests_fuzz_fuzz_authorized_keys_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_conf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_frame_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_inventory_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_iptables_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_nft_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_proc_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_render_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_routeros_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_state_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_ufw_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_values_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_vultr_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_wg_dump_LDADD = $(fuzz_libs)

fuzz-programs: $(fuzz_programs)
.PHONY: fuzz-programs

EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay tests/fuzz/run tests/fuzz/seeds
