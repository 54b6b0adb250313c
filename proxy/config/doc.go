// Package config reads haproxy.cfg strictly: what it does not know it refuses in HAProxy's own words, with file and line.
package config
