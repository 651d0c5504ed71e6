# SR_ADD_CFLAG(FLAG): appends FLAG to SR_CFLAGS if the compiler takes it.
AC_DEFUN([SR_ADD_CFLAG], [
	AC_MSG_CHECKING([whether $CC takes $1])
	sr_saved_cflags=$CFLAGS
	CFLAGS="$CFLAGS -Werror $1"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); SR_CFLAGS="$SR_CFLAGS $1"], [AC_MSG_RESULT([no])])
	CFLAGS=$sr_saved_cflags
])

# SR_ADD_LDFLAG(FLAG): appends FLAG to SR_LDFLAGS if the linker takes it.
AC_DEFUN([SR_ADD_LDFLAG], [
	AC_MSG_CHECKING([whether the linker takes $1])
	sr_saved_ldflags=$LDFLAGS
	sr_saved_cflags=$CFLAGS
	LDFLAGS="$LDFLAGS $1"
	CFLAGS="$CFLAGS -fPIE"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); SR_LDFLAGS="$SR_LDFLAGS $1"], [AC_MSG_RESULT([no])])
	LDFLAGS=$sr_saved_ldflags
	CFLAGS=$sr_saved_cflags
])
