// libsoup's row of the ownership tables, and GIO's TLS types.
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "base/glib_support.h"

MATINEE_GOBJECT(GIOStream);
MATINEE_GOBJECT(GSocketConnection);
MATINEE_GOBJECT(SoupServer);
MATINEE_GOBJECT(SoupServerMessage);
