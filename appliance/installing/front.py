"""The front of an installed box, in its first form: TLS, the site behind it, static files."""

from appliance.installing.places import NGINX
from appliance.installing.placing import place

CONFIGURATION = """\
daemon off;
worker_processes 2;
pid /run/bastide-nginx/nginx.pid;
error_log stderr warn;
events { worker_connections 2048; }
http {
    include /etc/nginx/mime.types;
    access_log off;
    server_tokens off;
    client_body_temp_path /run/bastide-nginx/body;
    proxy_temp_path /run/bastide-nginx/proxy;
    fastcgi_temp_path /run/bastide-nginx/fastcgi;
    uwsgi_temp_path /run/bastide-nginx/uwsgi;
    scgi_temp_path /run/bastide-nginx/scgi;
    ssl_certificate /run/credentials/bastide-nginx.service/box.crt;
    ssl_certificate_key /run/credentials/bastide-nginx.service/box.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    upstream site { server unix:/run/bastide/web.sock; keepalive 32; }
    server {
        listen 0.0.0.0:80;
        listen [::]:80 ipv6only=on;
        return 308 https://$host$request_uri;
    }
    server {
        listen 0.0.0.0:443 ssl http2;
        listen [::]:443 ssl http2 ipv6only=on;
        client_max_body_size 3g;
        location /static/ { alias /opt/bastide/current/static/; }
        location / {
            proxy_pass http://site;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto https;
            proxy_request_buffering off;
        }
    }
}
"""


def place_front() -> bool:
    """Write what nginx is started with."""
    return place(NGINX / "nginx.conf", CONFIGURATION)
