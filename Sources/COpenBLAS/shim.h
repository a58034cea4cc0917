// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef COpenBLAS_SHIM_H
#define COpenBLAS_SHIM_H

#include <cblas.h>

// OpenBLAS carries LAPACK with Fortran linkage; these are the routines used here, so that
// LAPACKE need not be installed. All arguments go by reference, matrices are column-major.

/// All eigenvalues, and eigenvectors with jobz 'V', of a symmetric matrix (divide and conquer).
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);

/// Cholesky factorisation of a symmetric positive definite matrix.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);

/// Reciprocal of the condition number, in the 1-norm, of a Cholesky-factorised matrix.
void dpocon_(const char *uplo, const int *n, const double *a, const int *lda, const double *anorm,
             double *rcond, double *work, int *iwork, int *info);

#endif
