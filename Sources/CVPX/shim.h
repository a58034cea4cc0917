// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef CVPX_SHIM_H
#define CVPX_SHIM_H

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

// Swift imports neither a macro that is a call nor a function of any number of arguments.

static inline vpx_codec_err_t cvpx_initialize(
    vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *configuration) {
    return vpx_codec_enc_init(context, vpx_codec_vp9_cx(), configuration, 0);
}

static inline vpx_codec_err_t cvpx_initialize_decoder(vpx_codec_ctx_t *context) {
    return vpx_codec_dec_init(context, vpx_codec_vp9_dx(), 0, 0);
}

static inline vpx_codec_err_t cvpx_set(vpx_codec_ctx_t *context, int control, int value) {
    return vpx_codec_control_(context, control, value);
}

#endif
