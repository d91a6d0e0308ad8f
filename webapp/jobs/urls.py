"""Addresses of the pages of jobs."""

from django.urls import path

from webapp.jobs import acting_views, views

urlpatterns = [
    path("endpoints/<slug:name>/jobs/", acting_views.start_job, name="start_job"),
    path("endpoints/<slug:name>/jobs/blank.csv", views.blank_file, name="blank_file"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<slug:job_id>/", views.job, name="job"),
    path("jobs/<slug:job_id>/now.json", views.job_now, name="job_now"),
    path("jobs/<slug:job_id>/correct/", acting_views.correct_job, name="correct_job"),
    path("jobs/<slug:job_id>/start/", acting_views.begin_job, name="begin_job"),
    path("jobs/<slug:job_id>/cancel/", acting_views.cancel_job, name="cancel_job"),
    path("jobs/<slug:job_id>/retry/", acting_views.retry_job, name="retry_job"),
    path("jobs/<slug:job_id>/again/", acting_views.run_job_again, name="run_job_again"),
    path("jobs/<slug:job_id>/delete/", acting_views.delete_job, name="delete_job"),
    path("jobs/<slug:job_id>/result", views.job_result, name="job_result"),
    path("jobs/<slug:job_id>/wrong-rows", views.job_wrong_rows, name="job_wrong_rows"),
]
