package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConditionsAboutTheLibrary: the answers are those of Debian's HAProxy 2.6.12.
func TestConditionsAboutTheLibrary(t *testing.T) {
	for text, want := range map[string]bool{
		"ssllib_name_startswith(OpenSSL)": true, "ssllib_name_startswith(openssl)": false, "ssllib_name_startswith(BoringSSL)": false,
		"ssllib_name_startswith": true, `ssllib_name_startswith("OpenSSL 3.0")`: true,
		"openssl_version_atleast(1.1.1)": true, "openssl_version_atleast(1.1.1x)": true, "openssl_version_atleast(3.0.0)": true,
		"openssl_version_atleast(3.0.0u)": true, "openssl_version_atleast(3.0.0v)": false, "openssl_version_atleast(3.0.0kk)": true,
		"openssl_version_atleast(3.0.0jm)": false, "openssl_version_atleast(3.0.1)": false, "openssl_version_atleast(3..1)": false,
		"openssl_version_atleast(3.0.0-beta14)": true, "openssl_version_atleast(3.0.1-alpha1)": false, "openssl_version_atleast(1.1.)": true,
		"openssl_version_atleast(15.255.255)": true, "openssl_version_before(3.0.0)": false, "openssl_version_before(3.1.0)": true,
		"feature(OPENSSL) && ssllib_name_startswith(OpenSSL) && openssl_version_atleast(1.1.1)": true,
		"feature(PCRE) || feature(PCRE2)": true, "feature(PCRE)": false, "feature(LINUX_SPLICE)": true, "feature(LUA)": false,
	} {
		got, err := EvalCondition(text, Options{})
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "3", "3.1", "x", "1.1.300", "300.1.1", "-1.1.1", "16.0.0", "3.256.0", "3.0.0-beta15", "3.0.0-beta-1"} {
		_, err := EvalCondition("openssl_version_atleast("+text+")", Options{})
		require.ErrorContains(t, err, "is no version of OpenSSL", text)
	}
	require.NotContains(t, Features(), "PCRE2", "the director's own list is honest")
}
