# Lets this Windows account trust the box $name (with -Everyone, as administrator: all accounts of this computer).
# Download bastide-ca.cer into the same folder, then:
#   powershell -ExecutionPolicy Bypass -File windows-trust.ps1
param([switch] $$Everyone)
$$ErrorActionPreference = "Stop"

$$File = Join-Path $$PSScriptRoot "bastide-ca.cer"
$$Expected = "$digits"
$$Found = (Get-FileHash -Algorithm SHA256 -LiteralPath $$File).Hash
if ($$Found -ne $$Expected) {
    Write-Error "bastide-ca.cer is not the file that belongs to this script. Nothing was installed."
}

Write-Host "SHA-256 fingerprint of the authority of ${name}:"
Write-Host "$fingerprint_lines"
Write-Host "Compare it with the one that the person who installed the box tells you."
$$Answer = Read-Host "Is it the same, sign by sign? Type yes to install it"
if ($$Answer -ne "yes") {
    Write-Host "Nothing was installed."
    exit 1
}

$$Store = if ($$Everyone) { "Cert:\LocalMachine\Root" } else { "Cert:\CurrentUser\Root" }
Import-Certificate -FilePath $$File -CertStoreLocation $$Store | Out-Null
Write-Host "Installed. Close the browser and open it again."
