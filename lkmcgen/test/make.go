// SPDX-License-Identifier: Apache-2.0

// Package test holds the tests that go through make: the front door, the
// builders, and real guests. Those that build or boot run with LKMC_BOOT=1,
// as "make test" does.
package test
