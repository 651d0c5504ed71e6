/* SPDX-License-Identifier: MIT */
#pragma once

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
