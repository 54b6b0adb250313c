// Package accesslog writes what HAProxy would log of each request: httplog, tcplog and their like, over syslog.
package accesslog
