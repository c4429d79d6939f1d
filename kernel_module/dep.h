/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module dep has for others, here dep2. */
#ifndef DEP_H
#define DEP_H

int dep_next(void);

#endif
